// `graphs`: nodes, their operands and attributes.
#include "bundle/decode.hpp"

namespace lading {
namespace {

NodeInput decode_operand(const Place& place) {
  if (place.is(Json::object)) return {"", decode_constant(place)};
  if (!place.is(Json::text)) place.fail("should be a name, \"\" or a tensor, {\"int64\": [0, -1]}");
  return {place.text().empty() ? "" : decode_name(place), std::nullopt};
}

std::vector<std::string> decode_name_list(const Place& list, bool may_be_empty) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    names.push_back(may_be_empty && place.text().empty() ? "" : decode_name(place));
  }
  return names;
}

Subgraph decode_subgraph(const Place& place) {
  place.allow({"graph", "outputs", "inputs"});
  const Place graph = place.at("graph"), outputs = place.at("outputs");
  Subgraph subgraph{decode_name(graph), {}, decode_name_list(outputs, false)};
  if (const auto inputs = place.find("inputs")) subgraph.inputs = decode_name_list(*inputs, false);
  return subgraph;
}

std::vector<std::string> decode_texts(const Place& list) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) texts.push_back(list[i].text());
  return texts;
}

// Real attributes of ONNX's own operators are float32: 0.1 means the float32 next to it.
double decode_real(const Place& place, Type real) {
  const double value = decode_number(place, real);
  return real == Type::float32 ? static_cast<double>(static_cast<float>(value)) : value;
}

// Integers if all are, else real numbers; or texts.
Attribute decode_list(const Place& list, Type real_type) {
  bool integers = true, texts = list.size() > 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    integers &= list[i].is(Json::integer);
    texts &= list[i].is(Json::text);
  }
  if (texts) return decode_texts(list);
  std::vector<std::int64_t> whole;
  std::vector<double> real;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Place item = list[i];
    if (integers) whole.push_back(item.integer());
    else real.push_back(decode_real(item, real_type));
  }
  return integers ? Attribute(std::move(whole)) : Attribute(std::move(real));
}

Attribute decode_attribute(const Place& place, Type real) {
  switch (place.kind()) {
    case Json::integer: return place.integer();
    case Json::real: return decode_real(place, real);
    case Json::text: return place.text();
    case Json::list: return decode_list(place, real);
    case Json::object: break;
    default: place.expected("a number, text, a list, a tensor or a graph");
  }
  return place.find("graph") ? Attribute(decode_subgraph(place)) : Attribute(decode_constant(place));
}

Node decode_node(const Place& place) {
  place.allow({"node", "operator", "inputs", "outputs", "attributes"});
  const Place name = place.at("node"), operator_name = place.at("operator");
  const Place inputs = place.at("inputs"), outputs = place.at("outputs");
  Node node;
  node.name = decode_name(name);
  node.operator_name = decode_name(operator_name);
  for (std::size_t i = 0; i < inputs.list().size(); ++i) {
    const Place operand = inputs[i];
    node.inputs.push_back(decode_operand(operand));
  }
  node.outputs = decode_name_list(outputs, true);
  const Type real = node.operator_name.rfind("lading.", 0) == 0 ? Type::float64 : Type::float32;
  const auto attributes = place.find("attributes");
  for (std::size_t i = 0; attributes && i < attributes->object().size(); ++i) {
    const Place attribute = attributes->member(i);
    node.attributes.emplace(attributes->key(i), decode_attribute(attribute, real));
  }
  return node;
}

}  // namespace

std::map<std::string, std::vector<Node>> decode_graphs(const Place& file) {
  std::map<std::string, std::vector<Node>> graphs;
  const Place place = file.at("graphs");
  for (std::size_t g = 0; g < place.object().size(); ++g) {
    const Place list = place.member(g);
    check_name(list, place.key(g));
    std::vector<Node>& nodes = graphs[place.key(g)];
    for (std::size_t i = 0; i < list.list().size(); ++i) {
      const Place node = list[i];
      nodes.push_back(decode_node(node));
    }
  }
  if (!graphs.count("main") && !file.find("folds")) place.fail("lacks 'main'");
  return graphs;
}

}  // namespace lading
