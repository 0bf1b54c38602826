import tracemalloc

from sentiment_worker.classifiers.vocabulary import Vocabulary

MIB = 1024 * 1024


def test_long_words_that_never_come_again_are_not_kept() -> None:
    vocabulary = Vocabulary(["a", "##a"])
    tracemalloc.start()
    for number in range(100):
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:02}")
        vocabulary.encode(letters * 20_000)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < MIB
