// Mutations that leave a bundle well formed, so that they reach the plan and the operators: other operators, operands,
// attributes, types, numbers of axes, numbers in place, shapes of weights. Bytes change in one of sixteen only.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "operators/operator.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most) __attribute__((weak));

namespace {

using Json = nlohmann::ordered_json;

const std::int64_t numbers[] = {0,
                                1,
                                2,
                                3,
                                4,
                                5,
                                7,
                                8,
                                16,
                                100,
                                1 << 16,
                                -1,
                                -2,
                                -3,
                                -100,
                                std::int64_t(1) << 31,
                                -(std::int64_t(1) << 31),
                                std::int64_t(1) << 40,
                                std::int64_t(1) << 62,
                                INT64_MAX,
                                INT64_MIN};
const char* const types[] = {"float32", "float64", "int64",   "int32",    "bool",
                             "uint8",   "int8",    "float16", "bfloat16", "uint64"};
const char* const texts[] = {"constant",   "reflect",       "edge",          "wrap",       "linear",
                             "cubic",      "nearest",       "add",           "mul",        "max",
                             "forward",    "reverse",       "bidirectional", "SAME_UPPER", "VALID",
                             "half_pixel", "align_corners", "floor",         "ij,jk->ik",  "bij,bkj->bik",
                             "ii->i",      "...i->...",     "float64",       "int64",      "nonsense"};
const char* const names[] = {
    "axis",         "axes",      "keepdims",    "perm",         "pads",      "strides",   "dilations",
    "kernel_shape", "group",     "mode",        "transA",       "transB",    "alpha",     "to",
    "hidden_size",  "layout",    "direction",   "largest",      "reduction", "exclusive", "reverse",
    "num_outputs",  "start",     "end",         "batch_dims",   "k",         "ceil_mode", "equation",
    "epsilon",      "is_causal", "q_num_heads", "kv_num_heads", "allowzero"};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return n ? random_() % n : 0; }
  template <class T, std::size_t n> const T& one(const T (&list)[n]) { return list[below(n)]; }

  // The file with one or a few changes; as it was if it is no bundle.
  std::string operator()(const std::string& text, std::string& weights) {
    Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object()) return text;
    try {
      for (std::size_t times = 1 + below(3); times--;) change(document, weights);
    } catch (const nlohmann::json::exception&) {}  // a place that is of another kind already
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  void change(Json& document, std::string& weights) {
    switch (below(8)) {
      case 0: return change_endpoint(document["inputs"]);
      case 1: return change_endpoint(document["outputs"]);
      case 2: return change_weights(weights);
      default: return change_graph(document);
    }
  }

  Json& any(Json& container) {
    if (container.empty()) throw Json::out_of_range::create(0, "empty", nullptr);
    auto it = container.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(below(container.size())));
    return *it;
  }

  void change_graph(Json& document) {
    Json& nodes = any(document["graphs"]);
    const std::size_t at = below(nodes.size());
    Json& node = nodes.at(at);
    switch (below(9)) {
      case 0: node["operator"] = operators_[below(operators_.size())]; break;
      case 1: node["attributes"][one(names)] = value(); break;
      case 2: change_value(any(node["attributes"])); break;
      case 3: change_operand(document, any(node["inputs"])); break;
      case 4: node["inputs"].push_back(name_of_value(document)); break;
      case 5: node["inputs"].erase(below(node["inputs"].size())); break;
      case 6: repeat(nodes, at); break;
      case 7: std::swap(node["inputs"], any(nodes)["inputs"]); break;
      default: change_in_place(node);
    }
  }

  // The node once more behind itself, on its own results.
  void repeat(Json& nodes, std::size_t at) {
    Json copy = nodes.at(at);
    const std::string mark = std::to_string(random_());
    const std::string first = copy["outputs"].at(0);
    for (Json& name : copy["outputs"]) name = name.get<std::string>() + mark;
    copy["node"] = copy["node"].get<std::string>() + mark;
    copy["inputs"].at(0) = first;
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(at) + 1, copy);
  }

  void change_operand(Json& document, Json& operand) {
    if (operand.is_object()) return change_value(any(operand));
    if (below(4) == 0) operand = Json{{one(types), value()}};
    else operand = name_of_value(document);
  }

  void change_in_place(Json& node) {
    for (Json& operand : node["inputs"])
      if (operand.is_object()) return change_value(any(operand));
    change_value(any(node["attributes"]));
  }

  std::string name_of_value(Json& document) {
    if (below(16) == 0) return "";
    if (below(3) == 0) return any(document["inputs"])["name"];
    return any(any(any(document["graphs"]))["outputs"]);
  }

  Json value() {
    if (below(4) == 0) return one(texts);
    if (below(2) == 0) return one(numbers);
    Json list = Json::array();
    for (std::size_t n = below(5); n--;) list.push_back(one(numbers));
    return list;
  }

  void change_value(Json& value) {
    if (value.is_array() && !value.empty()) {
      if (below(4) == 0) value.push_back(value[0]);
      else if (below(4) == 0) value.erase(below(value.size()));
      else change_value(value[below(value.size())]);
    } else if (value.is_string()) value = one(texts);
    else if (value.is_number_float()) value = below(2) ? Json(static_cast<double>(one(numbers))) : Json("nan");
    else if (value.is_object()) change_value(any(value));
    else value = one(numbers);
  }

  void change_endpoint(Json& list) {
    Json& endpoint = any(list);
    if (below(3) == 0) endpoint["type"] = one(types);
    else if (endpoint.contains("variables")) change_value(any(endpoint["variables"])["prepare"]);
    else if (below(2)) any(endpoint["axes"]) = 1 + below(9);
    else change_value(endpoint["axes"]);
  }

  // The same numbers in another shape or order, or another number.
  void change_weights(std::string& weights) {
    std::uint64_t size = 0;
    if (weights.size() < 8) return;
    std::memcpy(&size, weights.data(), 8);
    if (size > weights.size() - 8) return;
    Json header = Json::parse(weights.substr(8, size), nullptr, false);
    std::string data = weights.substr(8 + size);
    if (header.is_discarded()) return;
    if (below(2) && !data.empty()) data[below(data.size())] = static_cast<char>(random_());
    else change_shape(any(header)["shape"]);
    const std::string text = header.dump();
    size = text.size();
    weights.assign(reinterpret_cast<const char*>(&size), 8);
    weights += text + data;
  }

  void change_shape(Json& shape) {
    if (shape.size() < 2) return shape.push_back(1);
    switch (below(4)) {
      case 0: shape.push_back(1); break;
      case 1: shape.insert(shape.begin(), 1); break;
      case 2: std::swap(any(shape), any(shape)); break;
      default: {
        const std::int64_t last = shape.back();
        shape.erase(shape.size() - 1);
        shape.back() = shape.back().get<std::int64_t>() * last;
      }
    }
  }

  std::mt19937 random_;
  const std::vector<std::string> operators_ = lading::operator_names();
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Mutator mutate(seed);
  if (LLVMFuzzerMutate && mutate.below(16) == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), size);
  std::string weights = end < size ? input.substr(end + 1) : std::string();
  std::string made = mutate(input.substr(0, end), weights);
  made += '\0' + weights;
  if (made.size() > most) return size;
  std::memcpy(data, made.data(), made.size());
  return made.size();
}
