// The k nearest points of each point, as graphs write it: |p|^2 - 2 p q + |q|^2 for all pairs, and TopK of it. That becomes
// internal.Neighbours, which sees every distance but keeps none; the operations on a distance and their order stay.
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

// A term of a sum, whatever stands before it.
struct Term {
  enum class Kind { none, products, own, others };  // own: the square of the row's point; others: of the column's
  Kind kind = Kind::none;
  bool negative = false;
  int points = -1, squares = -1;
  bool columns = false;  // a point is a column
};

class Finder {
 public:
  explicit Finder(Graph& graph) : graph_(graph), by_(graph.producers()), uses_(graph.uses()) {}

  bool rewrite(GraphNode& top) {
    if (!asks_for_nearest_places(top)) return false;
    bool negative = false;
    const GraphNode* outer = sum_behind(top.inputs[0], negative);
    if (!outer) return false;
    for (const int first : {0, 1}) {
      bool inner_negative = negative ^ (first == 1 && is(outer, "Sub"));
      const GraphNode* inner = sum_behind(outer->inputs[static_cast<std::size_t>(first)], inner_negative);
      if (!inner) continue;
      const Term last =
          term(outer->inputs[static_cast<std::size_t>(1 - first)], negative ^ (first == 0 && is(outer, "Sub")));
      const Term a = term(inner->inputs[0], inner_negative);
      const Term b = term(inner->inputs[1], inner_negative ^ is(inner, "Sub"));
      if (make(top, a, b, last)) return true;
    }
    return false;
  }

 private:
  static bool is(const GraphNode* node, const char* name) { return node && node->operator_name == name; }
  const GraphNode* producer(int value) const {
    return value >= 0 && by_[static_cast<std::size_t>(value)] >= 0
               ? &graph_.nodes[static_cast<std::size_t>(by_[static_cast<std::size_t>(value)])]
               : nullptr;
  }
  bool asks_for_nearest_places(const GraphNode& top) const {
    if (top.operator_name != "TopK" || top.inputs.size() != 2 || top.outputs.size() != 2 || top.outputs[1] < 0)
      return false;
    if (top.outputs[0] >= 0 && uses_[static_cast<std::size_t>(top.outputs[0])]) return false;
    std::int64_t count = 0;
    return one_integer(graph_.constant(top.inputs[1]), count) && count > 0 && count <= most_places &&
           uses_[static_cast<std::size_t>(top.inputs[0])] == 1;
  }
  // The Add or Sub that gives `value`, behind any Neg.
  const GraphNode* sum_behind(int value, bool& negative) const {
    const GraphNode* node = producer(value);
    for (; is(node, "Neg"); node = producer(node->inputs[0])) negative = !negative;
    const bool sum = (is(node, "Add") || is(node, "Sub")) && node->inputs.size() == 2;
    return sum ? node : nullptr;
  }
  Term term(int value, bool negative) const {
    Term found;
    found.negative = negative;
    for (const GraphNode* node = producer(value); is(node, "Neg"); node = producer(value))
      found.negative = !found.negative, value = node->inputs[0];
    if (!read_products(value, found)) read_squares(value, found);
    return found;
  }

  // 2 P P^T or -2 P P^T
  bool read_products(int value, Term& found) const {
    const GraphNode* twice = producer(value);
    if (!is(twice, "Mul") || twice->inputs.size() != 2) return false;
    const int place = graph_.constant(twice->inputs[0]) ? 0 : 1;
    float factor = 0;
    if (!one_float(graph_.constant(twice->inputs[static_cast<std::size_t>(place)]), factor)) return false;
    if (factor != 2 && factor != -2) return false;
    const GraphNode* product = producer(twice->inputs[static_cast<std::size_t>(1 - place)]);
    if (!is(product, "MatMul")) return false;
    const int left = product->inputs[0], right = product->inputs[1];
    if (turned(right) == left) found.points = left;
    else if (turned(left) == right) found.points = right, found.columns = true;
    else return false;
    found.negative ^= factor < 0, found.kind = Term::Kind::products;
    return true;
  }
  // |p|^2 of every point, along the rows or along the columns
  void read_squares(int value, Term& found) const {
    const int other = turned(value);
    found.squares = other >= 0 ? other : value;
    int features = 0;
    if (!read_sum_of_squares(found, features)) return;
    const bool along_rows = (features == -1) == (other < 0);
    found.kind = along_rows ? Term::Kind::own : Term::Kind::others;
    found.columns = features == -2;
  }
  bool read_sum_of_squares(Term& found, int& features) const {
    const GraphNode* sum = producer(found.squares);
    if (!is(sum, "ReduceSum") || sum->inputs.size() != 2 || integer_attribute(*sum, "keepdims", 1) == 0) return false;
    const GraphNode* square = producer(sum->inputs[0]);
    std::int64_t axis = 0;
    float power = 0;
    if (!square || square->inputs.size() != 2 || !one_integer(graph_.constant(sum->inputs[1]), axis)) return false;
    const bool itself = is(square, "Mul") && square->inputs[0] == square->inputs[1];
    if (!itself && !(is(square, "Pow") && one_float(graph_.constant(square->inputs[1]), power))) return false;
    found.points = square->inputs[0];
    const int rank = rank_of(found.points);
    features = static_cast<int>(axis < 0 ? axis : axis - rank);
    return rank >= 2 && (features == -1 || features == -2);
  }

  // What a Transpose of the last two axes turns around; -1 if `value` is no such thing.
  int turned(int value) const {
    const GraphNode* node = producer(value);
    return node && swapped_axes(*node) ? node->inputs[0] : -1;
  }
  // How many axes a Transpose swaps the last two of; 0 if it does something else.
  static int swapped_axes(const GraphNode& node) {
    if (node.operator_name != "Transpose") return 0;
    const auto* order = integers_attribute(node, "perm");
    const int rank = order ? static_cast<int>(order->size()) : 0;
    for (int axis = 0; axis < rank; ++axis)
      if ((*order)[static_cast<std::size_t>(axis)] != (axis < rank - 2 ? axis : 2 * rank - 3 - axis)) return 0;
    return rank < 2 ? 0 : rank;
  }
  // From any Transpose of the points that says it.
  int rank_of(int points) const {
    for (const GraphNode& node : graph_.nodes)
      if (!node.inputs.empty() && node.inputs[0] == points)
        if (const int rank = swapped_axes(node)) return rank;
    return 0;
  }

  bool make(GraphNode& top, const Term& a, const Term& b, const Term& last) const {
    const Term* products = nullptr;
    const Term* own = nullptr;
    const Term* others = nullptr;
    for (const Term* each : {&a, &b, &last}) {
      if (each->kind == Term::Kind::products) products = each;
      if (each->kind == Term::Kind::own) own = each;
      if (each->kind == Term::Kind::others) others = each;
    }
    if (!products || !own || !others) return false;
    if (own->squares != others->squares || own->points != products->points || own->columns != products->columns)
      return false;
    const bool largest = integer_attribute(top, "largest", 1) != 0;
    if (own->negative != others->negative || own->negative == products->negative || own->negative != largest)
      return false;
    const int rank = rank_of(products->points);
    const auto axis = integer_attribute(top, "axis", -1);
    if (axis != -1 && axis != rank - 1) return false;
    const char* added_last = &last == products ? "products" : &last == own ? "own" : "others";
    become_neighbours(top, *products, own->squares, added_last, rank);
    return true;
  }
  void become_neighbours(GraphNode& top, const Term& products, int squares, const char* last, int rank) const {
    std::int64_t count = 0;
    one_integer(graph_.constant(top.inputs[1]), count);
    const std::int64_t nan_first = integer_attribute(top, "largest", 1) != 0;
    top.absorbed = pieces(top.inputs[0]);
    top.operator_name = "internal.Neighbours";
    top.inputs = {products.points, squares};
    top.outputs = {top.outputs[1]};
    top.attributes = {
        {"count", count},         {"skipped", std::int64_t(0)}, {"columns", std::int64_t(products.columns)},
        {"nan_first", nan_first}, {"last", std::string(last)},  {"rank", std::int64_t(rank)}};
  }
  // Names of the nodes that only make distances, in order.
  std::vector<std::string> pieces(int distances) const {
    std::vector<std::string> names;
    const GraphNode* node = producer(distances);
    if (!node || uses_[static_cast<std::size_t>(distances)] != 1) return names;
    const bool product = is(node, "MatMul");
    if (!product && !is(node, "Neg") && !is(node, "Add") && !is(node, "Sub") && !is(node, "Mul")) return names;
    for (const int value : product ? std::vector<int>{} : node->inputs)
      for (std::string& name : pieces(value)) names.push_back(std::move(name));
    names.push_back(node->name);
    return names;
  }

  static constexpr std::int64_t most_places = 128;  // beyond, sorting takes less
  Graph& graph_;
  std::vector<int> by_, uses_;
};

// A Slice that leaves out the first ones, usually the point itself.
void take_slice(Graph& graph, std::size_t n) {
  GraphNode& found = graph.nodes[n];
  const int next = only_reader(graph, graph.uses(), found.outputs[0], n);
  if (next < 0 || graph.nodes[static_cast<std::size_t>(next)].operator_name != "Slice") return;
  const GraphNode slice = graph.nodes[static_cast<std::size_t>(next)];
  const std::int64_t count = integer_attribute(found, "count", 0);
  std::int64_t start = 0, end = 0, axis = 0, step = 1;
  if (slice.inputs.size() < 4 || slice.inputs[0] != found.outputs[0]) return;
  if (!one_integer(graph.constant(slice.inputs[1]), start) || !one_integer(graph.constant(slice.inputs[2]), end) ||
      !one_integer(graph.constant(slice.inputs[3]), axis))
    return;
  if (slice.inputs.size() > 4 && !one_integer(graph.constant(slice.inputs[4]), step)) return;
  const std::int64_t rank = integer_attribute(found, "rank", 0);
  if (start < 0 || start >= count || end < count || step != 1 || (axis != -1 && axis != rank - 1)) return;
  found.attributes["skipped"] = start;
  found.outputs = slice.outputs;
  absorb(graph, found, next);
}

}  // namespace

void find_neighbours(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (Finder(graph).rewrite(graph.nodes[n])) take_slice(graph, n);
  graph.remove_unused();
}

}  // namespace lading
