// Entries of many lengths, run along their sequences.
#include <algorithm>

#include "session/runner.hpp"

namespace lading {

bool Runner::make_ragged() {
  if (tried_ragged_) return ragged_ != nullptr;
  tried_ragged_ = true;
  bound_[0] = unbound;  // the plan tries shapes in the frame
  auto plan = model_.ragged(frame_);
  if (plan && fits(*plan))
    ragged_ = std::make_unique<RaggedFrame>(model_.plan(), std::move(plan), model_.bundle(), budget_);
  return ragged_ != nullptr;
}

// The graph gives what the bundle declares; if not, running in order says so.
bool Runner::fits(const RaggedPlan& plan) {
  const Bundle& bundle = model_.bundle();
  longest_.assign(bundle.axes.size(), 3);
  padded_ = longest_;
  bind_layouts(1);
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const int v = model_.plan()->outputs()[o];
    if (plan.value(v).type != bundle.outputs[o].type) return false;
    if (!(plan.shape(v, 1, padded_.data()) == output_layout_[o].shape)) return false;
  }
  return true;
}

// Room for blocks of entries as long as those at hand.
void Runner::reserve_ragged(std::int64_t entries) {
  for (std::size_t a = 0; a < spans_.size(); ++a) padded_[a] = spans_[a].padded;
  ragged_->reserve(entries, padded_.data());
}

// As many of the sorted entries as are best run at once. None, if results stand in for those of the first.
std::int64_t Runner::gather_bins(const Batch& batch, std::int64_t at, std::int64_t end) {
  const std::int64_t begin = at, best = ragged_->best_rows();
  ragged_->clear();
  std::fill(longest_.begin(), longest_.end(), 0);
  while (at < end && ragged_->entries() < best) {
    find_spans(batch, *order_.from(at));
    if (all_empty()) break;
    std::int64_t room = best - ragged_->entries();
    for (std::size_t a = 0; a < spans_.size(); ++a) {
      padded_[a] = spans_[a].padded;
      if (padded_[a]) room = std::min(room, (best - ragged_->rows(a)) / padded_[a]);
    }
    if (room < 1 && at > begin) break;
    const std::int64_t some = order_.alike(at, std::min(std::max<std::int64_t>(room, 1), end - at));
    ragged_->add(some, padded_.data());
    for (std::size_t a = 0; a < longest_.size(); ++a) longest_[a] = std::max(longest_[a], padded_[a]);
    at += some;
  }
  return at - begin;
}

// False: they must run in order, and nothing was written.
bool Runner::run_bins(const Batch& batch, const Block& block) {
  if (!ragged_->resolve()) return false;
  bound_[0] = unbound;
  padded_ = longest_;
  bind_layouts(1);
  find_field_runs(batch);
  for (std::int64_t e = 0; e < block.entries; ++e) {
    for (std::size_t i = 0; i < place_.size(); ++i) place_[i] = ragged_->input(static_cast<int>(i), e);
    fill_entry(batch, block.entry(e));
  }
  if (!ragged_->run()) return false;
  take_pieces(batch, block);
  return true;
}

}  // namespace lading
