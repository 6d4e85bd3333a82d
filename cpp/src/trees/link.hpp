// From the sums of a forest's leaves to margins and scores: section 12 of the format.
#pragma once
#include "trees/forest.hpp"

namespace lading::trees {

// sums [rows][outputs], without the base if it comes last, become margins in place; scores may be null.
template <class S> void finish(const Forest& forest, S* sums, S* scores, std::int64_t rows);

}  // namespace lading::trees
