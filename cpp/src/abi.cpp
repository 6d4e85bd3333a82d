// The C interface: a thin skin over Model and Session that lets no exception out.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <new>

#include "bundle/bundle.hpp"
#include "kernels/kernels.hpp"
#include "lading/lading.h"
#include "session/float_environment.hpp"
#include "session/session.hpp"
#include "version.hpp"

struct lading_error {
  int code;
  std::string text;
};
struct lading_model {
  std::shared_ptr<const lading::Model> model;
};
struct lading_session {
  explicit lading_session(const lading_model* model) : owner(model), session(model->model) {
    slots.resize(session.model().table().columns.size());
    results.resize(session.model().bundle().outputs.size());
    batch.feeds.resize(slots.size());
    batch.offsets.resize(session.model().bundle().axes.size());
    batch.results.resize(results.size());
    graph_inputs.resize(session.model().bundle().inputs.size()), graph_outputs.resize(results.size());
    show_slots();
  }
  void show_slots() {
    for (std::size_t c = 0; c < slots.size(); ++c)
      slots[c] = {session.slots(static_cast<int>(c)), session.slot_count(static_cast<int>(c))};
  }
  void show_results() {
    for (std::size_t o = 0; o < results.size(); ++o)
      results[o] = {const_cast<std::byte*>(session.result(static_cast<int>(o))),
                    session.result_items(static_cast<int>(o))};
  }
  void hide_results() {
    for (lading_slots& result : results) result = {nullptr, 0};
  }
  const lading_model* owner;
  lading::Session session;
  std::vector<lading_slots> slots, results;
  lading::Batch batch;                                      // kept, so that a batch allocates nothing
  std::vector<lading::Tensor> graph_inputs, graph_outputs;  // of lading_run_graph
};

namespace {

void report(lading_error** error, int code, const char* text) noexcept {
  if (!error) return;
  *error = nullptr;  // stays so if there is no memory for the text
  try {
    *error = new lading_error{code, text};
  } catch (const std::bad_alloc&) {}
}

// f(), or a filled error and `failed`.
template <class F, class T> T guarded(lading_error** error, T failed, F&& f) {
  try {
    return f();
  } catch (const lading::Error& e) {
    report(error, static_cast<int>(e.fault), e.what());
  } catch (const std::bad_alloc&) { report(error, LADING_MEMORY, "out of memory"); } catch (const std::exception& e) {
    report(error, LADING_INVALID, e.what());
  }
  return failed;
}
template <class F> int status(lading_error** error, F&& f) {
  return guarded(error, 1, [&] {
    f();
    return 0;
  });
}

// A struct of the caller's, who may know fewer fields of it, or more, but says how many bytes it has.
template <class T> void check_size(const char* name, const T* given, size_t least) {
  if (!given || given->size < least)
    throw lading::Error(std::string(name) + ": set its size before the call, to sizeof(" + name + ")");
}
template <class T> void give(const char* name, T made, T* to) {
  check_size(name, to, sizeof(size_t) + sizeof(void*));
  made.size = to->size;
  std::memcpy(to, &made, std::min(to->size, sizeof made));
}
lading::Limits limits(const lading_options* options) {
  lading::Limits made;
  if (!options) return made;
  check_size("lading_options", options, sizeof(lading_options));
  if (options->memory_limit) made.memory = options->memory_limit;
  return made;
}
std::string text(const char* from) { return from ? from : ""; }

void fill(const lading_model* owner, const lading::Handle& handle, lading_variable* to) {
  const lading::Model& model = *owner->model;
  lading_variable variable{};
  const lading::Column& column = model.table().columns[static_cast<std::size_t>(handle.column)];
  const int conversion = static_cast<int>(handle.conversion.kind);
  variable.model = owner, variable.column = handle.column, variable.type = static_cast<int>(column.raw);
  variable.width = column.width, variable.element = handle.element;
  variable.plain = column.compared.empty() && !conversion;
  variable.conversion = conversion, variable.factor = handle.conversion.factor;
  give("lading_variable", variable, to);
}

void fill(const lading_model* owner, const lading::OutputHandle& handle, lading_label* to) {
  const lading::Model& model = *owner->model;
  lading_label label{};
  label.model = owner, label.output = handle.output, label.element = handle.element;
  label.type = static_cast<int>(model.bundle().outputs[static_cast<std::size_t>(handle.output)].type);
  label.width = model.item_size(handle.output);
  give("lading_label", label, to);
}

// Multiplying or dividing by what is no number, or nothing, is no conversion of a unit.
lading::Conversion conversion(int kind, double factor) {
  if (kind < 0 || kind > 2 || (kind && !(std::fabs(factor) > 0 && std::fabs(factor) <= DBL_MAX)))
    throw lading::Error("conversion " + std::to_string(kind) + " by " + std::to_string(factor) +
                            ": take kind and factor from the variable, as it was looked up",
                        lading::Fault::value);
  return {static_cast<lading::Conversion::Kind>(kind), factor};
}

// A number that is no type becomes one that every check refuses.
lading::Type type_of(int32_t type) { return static_cast<lading::Type>(type < 0 || type > LADING_BOOL ? 255 : type); }

template <class T> int set(lading_session* s, const lading_variable* v, int64_t item, T value, lading_error** error) {
  return status(error, [&] {
    if (v->model != s->owner)
      throw lading::Error(
          "this variable was looked up in another model than '" + s->session.model().bundle().name + "'",
          lading::Fault::name);
    s->session.set(lading::Handle{v->column, v->element, conversion(v->conversion, v->factor)}, item, value);
  });
}

void take(lading_session& session, const lading_batch* batch) {
  check_size("lading_batch", batch, sizeof(lading_batch));
  lading::Batch& made = session.batch;
  made.entries = batch->entries;
  if ((!batch->feeds && !made.feeds.empty()) || batch->feed_size < sizeof(lading_feed))
    throw lading::Error("lading_batch: set feeds, one per column, and feed_size, to sizeof(lading_feed)");
  for (std::size_t c = 0; c < made.feeds.size(); ++c) {
    lading_feed feed;
    std::memcpy(&feed, reinterpret_cast<const char*>(batch->feeds) + c * batch->feed_size, sizeof feed);
    made.feeds[c] = {feed.data, type_of(feed.type), feed.stride, conversion(feed.conversion, feed.factor), false};
  }
  std::fill(made.offsets.begin(), made.offsets.end(), nullptr);
  if (batch->offsets) std::copy_n(batch->offsets, made.offsets.size(), made.offsets.begin());
  std::fill(made.results.begin(), made.results.end(), nullptr);
  if (batch->results) std::copy_n(batch->results, made.results.size(), made.results.begin());
}

const std::vector<lading::Tensor>& given(lading_session& session, const lading_tensor* inputs) {
  auto& tensors = session.graph_inputs;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check_size("lading_tensor", inputs + i, sizeof(lading_tensor));
    const auto& input = session.session.model().bundle().inputs[i];
    if (inputs[i].type < 0 || inputs[i].type > LADING_BOOL || inputs[i].rank < 0 || inputs[i].rank > lading::max_rank)
      throw lading::Error("input '" + input.name + "': a tensor of type " + std::to_string(inputs[i].type) +
                              " and rank " + std::to_string(inputs[i].rank) + " is none; types are LADING_FLOAT32 to " +
                              "LADING_BOOL, ranks 0 to " + std::to_string(lading::max_rank),
                          lading::Fault::value);
    tensors[i] = {type_of(inputs[i].type), {}, static_cast<std::byte*>(inputs[i].data)};
    for (int a = 0; a < inputs[i].rank; ++a) tensors[i].shape.push(inputs[i].dims[a]);
  }
  return tensors;
}

const lading::PlanStep& step_of(const lading_model* model, int step) {
  return model->model->plan()->steps()[static_cast<std::size_t>(step)];
}

}  // namespace

extern "C" {

int lading_abi(void) { return 1; }
const char* lading_version(void) { return LADING_VERSION; }
int lading_numerics(void) { return LADING_NUMERICS; }
const char* lading_isa(void) { return lading::kernels().isa; }

const char* lading_error_text(const lading_error* error) { return error ? error->text.c_str() : "out of memory"; }
int lading_error_code(const lading_error* error) { return error ? error->code : LADING_MEMORY; }
void lading_error_free(lading_error* error) { delete error; }

lading_model* lading_load(const char* path, const lading_options* options, lading_error** error) {
  return guarded(error, static_cast<lading_model*>(nullptr), [&] {
    lading::check_instruction_set();
    const lading::Limits most = limits(options);
    int ignored = 0;
    const lading::FloatEnvironment environment(ignored);  // decimals are read and constants folded
    return new lading_model{std::make_shared<const lading::Model>(lading::read_bundle(text(path), most), most)};
  });
}
lading_model* lading_load_memory(const void* json, size_t json_size, const void* weights, size_t weights_size,
                                 const char* where, const lading_options* options, lading_error** error) {
  return guarded(error, static_cast<lading_model*>(nullptr), [&] {
    lading::check_instruction_set();
    const lading::Limits most = limits(options);
    int ignored = 0;
    const lading::FloatEnvironment environment(ignored);  // decimals are read and constants folded
    auto bundle = lading::read_bundle({static_cast<const char*>(json), json_size},
                                      {static_cast<const char*>(weights), weights_size}, nullptr, text(where), most);
    return new lading_model{std::make_shared<const lading::Model>(std::move(bundle), most)};
  });
}
void lading_model_free(lading_model* model) { delete model; }
size_t lading_model_memory(const lading_model* model) { return model->model->memory(); }
const char* lading_model_name(const lading_model* model) { return model->model->bundle().name.c_str(); }

int lading_find_variable(const lading_model* model, const char* input, const char* name, const char* unit,
                         const int64_t* index, size_t count, lading_variable* variable, lading_error** error) {
  return status(error, [&] {
    int ignored = 0;
    const lading::FloatEnvironment environment(ignored);  // a factor between units is computed
    fill(model, model->model->variable(text(input), text(name), text(unit), {index, index + count}), variable);
  });
}
int lading_find_element(const lading_model* model, const char* input, const int64_t* index, size_t count,
                        lading_variable* variable, lading_error** error) {
  return status(error, [&] { fill(model, model->model->element(text(input), {index, index + count}), variable); });
}
int lading_find_label(const lading_model* model, const char* output, const char* name, const int64_t* index,
                      size_t count, lading_label* label, lading_error** error) {
  return status(error, [&] {
    fill(model, model->model->label(text(output), text(name), {index, index + count}), label);
  });
}
int lading_find_output_element(const lading_model* model, const char* output, const int64_t* index, size_t count,
                               lading_label* label, lading_error** error) {
  return status(error, [&] { fill(model, model->model->output_element(text(output), {index, index + count}), label); });
}
int lading_find_axis(const lading_model* model, const char* name, lading_error** error) {
  return guarded(error, -1, [&] { return model->model->axis(text(name)); });
}

int lading_column_count(const lading_model* model) { return static_cast<int>(model->model->table().columns.size()); }
int lading_axis_count(const lading_model* model) { return static_cast<int>(model->model->bundle().axes.size()); }
int lading_input_count(const lading_model* model) { return static_cast<int>(model->model->bundle().inputs.size()); }
int lading_output_count(const lading_model* model) { return static_cast<int>(model->model->bundle().outputs.size()); }

int lading_describe_column(const lading_model* model, int index, lading_column* description) {
  if (index < 0 || index >= lading_column_count(model)) return 1;
  const lading::Column& column = model->model->table().columns[static_cast<std::size_t>(index)];
  const lading::Input& input = model->model->bundle().inputs[static_cast<std::size_t>(column.input)];
  const bool named = column.variable >= 0;
  lading_column made{};
  made.input = input.name.c_str();
  made.variable = named ? input.variables[static_cast<std::size_t>(column.variable)].name.c_str() : nullptr;
  made.unit = named ? input.variables[static_cast<std::size_t>(column.variable)].unit.c_str() : "";
  made.type = static_cast<int>(column.raw), made.axis = column.axis, made.width = column.width;
  return status(nullptr, [&] { give("lading_column", made, description); });
}
int lading_describe_output(const lading_model* model, int index, lading_output* description) {
  if (index < 0 || index >= lading_output_count(model)) return 1;
  const lading::Output& output = model->model->bundle().outputs[static_cast<std::size_t>(index)];
  lading_output made{};
  made.name = output.name.c_str(), made.type = static_cast<int>(output.type);
  made.axis = lading::sequence_axis(output.axes), made.width = model->model->item_size(index);
  made.description = output.description.c_str();
  return status(nullptr, [&] { give("lading_output", made, description); });
}
const char* lading_label_name(const lading_model* model, int index, int64_t number) {
  if (index < 0 || index >= lading_output_count(model) || number < 0) return nullptr;
  const auto& labels = model->model->bundle().outputs[static_cast<std::size_t>(index)].labels;
  return static_cast<std::size_t>(number) < labels.size() ? labels[static_cast<std::size_t>(number)].name.c_str()
                                                          : nullptr;
}
const char* lading_axis_name(const lading_model* model, int axis) {
  if (axis < 0 || axis >= lading_axis_count(model)) return nullptr;
  const lading::Axis& found = model->model->bundle().axes[static_cast<std::size_t>(axis)];
  return found.kind == lading::Axis::Kind::sequence ? found.name.c_str() : nullptr;
}
int64_t lading_axis_maximum(const lading_model* model, int axis) {
  if (axis < 0 || axis >= lading_axis_count(model)) return -1;
  return model->model->bundle().axes[static_cast<std::size_t>(axis)].max;
}

lading_session* lading_session_new(const lading_model* model, lading_error** error) {
  return guarded(error, static_cast<lading_session*>(nullptr), [&] { return new lading_session(model); });
}
void lading_session_free(lading_session* session) { delete session; }
int lading_reserve(lading_session* session, int64_t entries, const int64_t* lengths, size_t count,
                   lading_error** error) {
  session->hide_results();
  const int failed = status(error, [&] {
    session->session.reserve(entries, {lengths, lengths + std::min(count, session->batch.offsets.size())});
  });
  session->show_slots();  // also if it failed: they may have moved before
  return failed;
}
int lading_resize(lading_session* session, int axis, int64_t length, lading_error** error) {
  return status(error, [&] {
    if (session->session.resize(axis, length)) session->show_slots();
  });
}
const lading_slots* lading_session_slots(lading_session* session) { return session->slots.data(); }
int lading_set_float(lading_session* s, const lading_variable* v, int64_t item, float value, lading_error** error) {
  return set(s, v, item, value, error);
}
int lading_set_double(lading_session* s, const lading_variable* v, int64_t item, double value, lading_error** error) {
  return set(s, v, item, value, error);
}
int lading_set_integer(lading_session* s, const lading_variable* v, int64_t item, int64_t value, lading_error** error) {
  return set(s, v, item, value, error);
}
void lading_clear(lading_session* session) {
  if (session->session.clear()) session->show_slots();
}
int lading_run(lading_session* session, lading_error** error) {
  session->hide_results();  // they may move
  return status(error, [&] {
    session->session.run();
    session->show_results();
  });
}
const lading_slots* lading_session_results(lading_session* session) { return session->results.data(); }
size_t lading_session_memory(const lading_session* session) { return session->session.memory(); }
int lading_session_flags(const lading_session* session) { return session->session.raised_flags(); }

int lading_run_batch(lading_session* session, const lading_batch* batch, int64_t begin, int64_t end,
                     lading_error** error) {
  return status(error, [&] {
    take(*session, batch);
    session->session.run_batch(session->batch, begin, end);
  });
}

int lading_describe_tensor(const lading_model* model, int output, int number, lading_form* form) {
  if (number < 0 || number >= (output ? lading_output_count(model) : lading_input_count(model))) return 1;
  const lading::Bundle& bundle = model->model->bundle();
  const auto at = static_cast<std::size_t>(number);
  const auto& axes = output ? bundle.outputs[at].axes : bundle.inputs[at].axes;
  lading_form made{};
  made.name = (output ? bundle.outputs[at].name : bundle.inputs[at].name).c_str();
  made.type = static_cast<int>(output ? bundle.outputs[at].type : bundle.inputs[at].type);
  for (const lading::AxisUse& use : axes) {
    const bool entry = use.kind == lading::AxisUse::Kind::entry;
    const bool grows = entry || use.kind == lading::AxisUse::Kind::sequence;
    made.dims[made.rank] = grows ? -1 : use.size;
    made.axes[made.rank++] = grows ? use.axis : -1;
  }
  return status(nullptr, [&] { give("lading_form", made, form); });
}
int lading_run_graph(lading_session* session, const lading_tensor* inputs, lading_tensor* outputs,
                     lading_error** error) {
  return status(error, [&] {
    auto& out = session->graph_outputs;
    session->session.run_graph(given(*session, inputs), out);
    for (std::size_t o = 0; o < out.size(); ++o) {
      outputs[o].type = static_cast<int>(out[o].type), outputs[o].rank = out[o].shape.rank;
      for (int a = 0; a < out[o].shape.rank; ++a) outputs[o].dims[a] = out[o].shape[a];
      outputs[o].data = out[o].data;
    }
  });
}

int lading_step_count(const lading_model* model) {
  return model->model->plan() ? static_cast<int>(model->model->plan()->steps().size()) : 0;
}
const char* lading_step_nodes(const lading_model* model, int step) { return step_of(model, step).nodes.c_str(); }
const char* lading_step_operator(const lading_model* model, int step) {
  return step_of(model, step).operator_name.c_str();
}

int lading_time_graph(lading_session* session, const lading_tensor* inputs, double* nanoseconds, lading_error** error) {
  return status(error, [&] { session->session.time_graph(given(*session, inputs), nanoseconds); });
}

}  // extern "C"
