"""ROOT files, as far as a forest needs them: one TTree with branches of vectors, and named texts.

uproot writes no std::vector branches, which C++ code that sets branch addresses asks for. Layouts are those of ROOT's
own streamers (TFile, TKey, TTree 20, TBranch 13, TBranchElement 10); the same content gives the same bytes.
"""

from .buffer import Buffer
from .container import Content, Writer
from .streamers import streamer_list
from .tree import Branch, Tree, add_tree

__all__ = ["Branch", "Tree", "tree_file"]


def tree_file(name: str, tree: Tree, texts: dict[str, str]) -> bytes:
    """The bytes of a ROOT file with a TTree, and texts as TNamed. Needs uproot for its descriptions of classes.

    Raises OverflowError beyond 2 GB.
    """
    writer = Writer(name)
    for key, text in texts.items():
        buffer = Buffer()
        buffer.named(key, text)
        writer.add(Content("TNamed", key, text, bytes(buffer.data)), listed=True)
    add_tree(writer, tree)
    return writer.finish(streamer_list())
