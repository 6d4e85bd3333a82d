#include "passes/passes.hpp"

namespace lading {

void run_passes(Graph& graph, std::size_t memory_limit) {
  fold_constants(graph, memory_limit);
  fold_batch_normalization(graph);
  fuse_convolution(graph);
  keep_channels_last(graph);
  fuse_pool(graph);
  fuse_dense(graph);
  fuse_maxout(graph);
  fuse_attention(graph);
  find_neighbours(graph);
  fuse_edges(graph);
  fuse_activations(graph);
  fuse_chains(graph);
  graph.remove_unused();
}

}  // namespace lading
