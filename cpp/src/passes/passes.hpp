// What the plan does to a graph before it is compiled. One pass a file; each keeps the meaning of the
// graph, and is chosen from the bundle alone, so that the bits do not depend on the machine.
#pragma once
#include "graph/graph.hpp"

namespace lading {

// Constants that nodes of constants become take at most `memory_limit` bytes.
void run_passes(Graph& graph, std::size_t memory_limit);

void fold_constants(Graph& graph, std::size_t memory_limit);  // nodes that read constants only
void fold_batch_normalization(Graph& graph);                  // into the weights of the layer before it
void fuse_convolution(Graph& graph);                          // Conv and Relu
void keep_channels_last(Graph& graph);                        // between convolutions with constant weights
void fuse_pool(Graph& graph);                                 // into the convolution before it
void fuse_dense(Graph& graph);        // MatMul or Gemm with constant weights, bias, residual, activation
void fuse_maxout(Graph& graph);       // dense layers that read one input, and Max
void fuse_attention(Graph& graph);    // the steps of an attention that something computed is added to
void find_neighbours(Graph& graph);   // distances of points and TopK
void fuse_edges(Graph& graph);        // an EdgeConv: what its edges share is computed once for each point
void fuse_activations(Graph& graph);  // those of dense layers
void fuse_chains(Graph& graph);       // dense layers one after the other

}  // namespace lading
