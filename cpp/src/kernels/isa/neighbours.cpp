// Distances of points, and the nearest ones of a block of points that stand on the lanes.
#include "kernels/isa/block.hpp"
#include "kernels/isa/functions.hpp"
#include "kernels/isa/row_sums.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// How many of the nearest stand in registers, with their places.
constexpr int listed = all_registers >= 32 ? 8 : 4;

// Both squares less twice the product, in the order of the graph.
template <AddedLast last> LADING_INLINE vec distance_of(vec product, vec own, vec other) {
  const vec twice = product + product;
  if constexpr (last == AddedLast::products) return (own + other) - twice;
  else if constexpr (last == AddedLast::own) return (other - twice) + own;
  else return (own - twice) + other;
}

template <AddedLast last> bool all_distances(float* x, const float* own, const float* others, int64_t n, int lanes) {
  vec beyond = zero();  // not zero in a lane that met no finite number
  for (int lane = 0; lane < lanes; lane += VL) {
    const int some = lanes - lane < VL ? lanes - lane : VL;
    const vec square = load_up_to(own + lane, some);
    for (int64_t j = 0; j < n; ++j) {
      float* at = x + j * lane_block + lane;
      const vec distance = distance_of<last>(load_up_to(at, some), square, all(others[j]));
      beyond = pick(less(absolute(distance), infinity()), beyond, all(1.f));
      store_up_to(at, distance, some);
    }
  }
  float found[VL];
  store(found, beyond);
  for (const float each : found)
    if (each != 0) return false;
  return true;
}

// The sorted list of the `listed` nearest of some lanes, begun behind those that are known.
struct Nearest {
  vec distance[listed], place[listed];

  LADING_LAMBDA void find(const float* x, int64_t n, int some, bool first, vec last_distance, vec last_place) {
    LADING_UNROLL for (int s = 0; s < listed; ++s) distance[s] = infinity(), place[s] = zero();
    for (int64_t j = n - 1; j >= 0; --j) {
      vec value = load_up_to(x + j * lane_block, some), at = all(static_cast<float>(j));
      if (!first) {
        const vec from = pick(equal(value, last_distance), last_place, at);  // of equal ones the places behind the last
        value = pick(either(less(last_distance, value), less(from, at)), value, infinity());
      }
      insert(value, at);
    }
  }
  // Before what is equal: places come from the last to the first.
  LADING_LAMBDA void insert(vec value, vec at) {
    LADING_UNROLL for (int s = 0; s < listed; ++s) {
      const mask nearer = not_less(distance[s], value);
      const vec next = distance[s], next_at = place[s];
      distance[s] = pick(nearer, value, next), place[s] = pick(nearer, at, next_at);
      value = pick(nearer, next, value), at = pick(nearer, next_at, at);
    }
  }
};

}  // namespace

bool distances(float* products, const float* own, const float* others, int64_t n, int lanes, AddedLast last) {
  switch (last) {
    case AddedLast::products: return all_distances<AddedLast::products>(products, own, others, n, lanes);
    case AddedLast::own: return all_distances<AddedLast::own>(products, own, others, n, lanes);
    default: return all_distances<AddedLast::others>(products, own, others, n, lanes);
  }
}

void nearest(const float* distances, int64_t n, int lanes, int64_t skipped, int64_t count, int64_t* places) {
  const int64_t kept = count - skipped;
  for (int lane = 0; lane < lanes; lane += VL) {
    const int some = lanes - lane < VL ? lanes - lane : VL;
    Nearest list;
    vec distance = zero(), place = zero();
    for (int64_t done = 0; done < count; done += listed) {
      list.find(distances + lane, n, some, done == 0, distance, place);
      distance = list.distance[listed - 1], place = list.place[listed - 1];
      for (int s = 0; s < listed && done + s < count; ++s) {
        if (done + s < skipped) continue;
        float found[VL];
        store(found, list.place[s]);
        for (int i = 0; i < some; ++i) places[(lane + i) * kept + done + s - skipped] = static_cast<int64_t>(found[i]);
      }
    }
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
