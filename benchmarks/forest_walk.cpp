// Trees walked one after the other, node by node, as MVAUtils does it: the plain algorithm that forests are measured
// beside. A node holds a column, a cut and two children; a child below 0 is a leaf. NaN goes to the right.
//
//   forest_walk FOREST ROWS.f32 COLUMNS     prints the microseconds of a row
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace {

struct Node {
  std::int32_t column, left, right;
  float cut;
};

template <class T> std::vector<T> read(std::ifstream& file, std::size_t count) {
  std::vector<T> values(count);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::ifstream file(argv[1], std::ios::binary), given(argv[2], std::ios::binary);
  const auto size = read<std::int32_t>(file, 2);
  const auto nodes = static_cast<std::size_t>(size[0]), trees = static_cast<std::size_t>(size[1]);
  const auto column = read<std::int32_t>(file, nodes), left = read<std::int32_t>(file, nodes),
             right = read<std::int32_t>(file, nodes);
  const auto cut = read<float>(file, nodes);
  const auto leaf = read<float>(file, static_cast<std::size_t>(read<std::int32_t>(file, 1)[0]));
  const auto root = read<std::int32_t>(file, trees);
  std::vector<Node> node;
  for (std::size_t i = 0; i < nodes; ++i) node.push_back({column[i], left[i], right[i], cut[i]});
  const auto columns = static_cast<std::size_t>(std::atoi(argv[3]));
  const std::size_t rows = 2000;
  const auto x = read<float>(given, rows * columns);
  double best = 1e300, sum = 0;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t r = 0; r < rows; ++r) {
      const float* row = &x[r * columns];
      float margin = 0;
      for (std::size_t t = trees; t-- > 0;) {
        std::int32_t at = root[t];
        while (at >= 0) {
          const Node& n = node[static_cast<std::size_t>(at)];
          at = row[n.column] < n.cut ? n.left : n.right;
        }
        margin += leaf[static_cast<std::size_t>(-1 - at)];
      }
      sum += margin;
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(rows));
  }
  std::printf("%.4f\n", best);
  return sum == 0.5;  // it must be computed
}
