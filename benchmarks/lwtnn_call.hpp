// One call of FastGraph<float>, of lwtnn or of lading/compat/lwtnn.hpp, behind one face: lwtnn_call.cpp is compiled against both.
#pragma once
#include <memory>
#include <string>
#include <vector>

using Table = std::vector<std::vector<float>>;  // [variable][step]

struct Call {
  virtual ~Call() = default;
  virtual void once() = 0;
  virtual std::vector<float> result() const = 0;
};

struct Inputs {
  std::vector<std::pair<std::string, std::vector<std::string>>> scalar, sequence;  // names of nodes and variables
  std::vector<Table> scalars, sequences;
};

Inputs lwtnn_inputs(const std::string& network, std::size_t steps);
std::unique_ptr<Call> lwtnn_call(const std::string& network, const Inputs& inputs, const std::string& output);
std::unique_ptr<Call> lading_call(const std::string& bundle, const Inputs& inputs, const std::string& output);
