// The shared object as a whole: loaded and unloaded a thousand times, beside another version of itself, and in a process that
// forks. The library is not linked here: all of it comes and goes by dlopen.
//   library LIBRARY OTHER BUNDLE       OTHER: a copy of the library that says it is version 9.9.9
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "check.hpp"

namespace {

// The functions of one library, by the names of lading.h.
class Library {
 public:
  Library(const char* path, int more = RTLD_LOCAL) : handle_(dlopen(path, RTLD_NOW | more)) {
    if (!handle_) std::printf("%s\n", dlerror()), std::abort();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { dlclose(handle_); }

  template <class F> F* find(F*, const char* name) const { return reinterpret_cast<F*>(dlsym(handle_, name)); }
#define CALL(name) find(&name, #name)

  std::string version() const { return CALL(lading_version)(); }
  std::string refusal(const char* path) const {
    lading_error* error = nullptr;
    CHECK(!CALL(lading_load)(path, nullptr, &error));
    const std::string text = CALL(lading_error_text)(error);
    CALL(lading_error_free)(error);
    return text;
  }

 private:
  void* handle_;
};

// A model and a session of a library, and the bytes that they give for the same made-up entry.
class Loaded {
 public:
  Loaded(const Library& library, const char* bundle) : library_(library) {
    const lading_options options{sizeof options, 0};
    model_ = library.CALL(lading_load)(bundle, &options, nullptr);
    session_ = library.CALL(lading_session_new)(model_, nullptr);
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    library_.CALL(lading_session_free)(session_);
    library_.CALL(lading_model_free)(model_);
  }
  std::string scores() {
    library_.CALL(lading_clear)(session_);
    for (int axis = 0; axis < library_.CALL(lading_axis_count)(model_); ++axis)
      if (library_.CALL(lading_axis_name)(model_, axis)) library_.CALL(lading_resize)(session_, axis, 3, nullptr);
    const lading_slots* slots = library_.CALL(lading_session_slots)(session_);
    for (int column = 0; column < library_.CALL(lading_column_count)(model_); ++column)
      set(column, slots[column].items);
    CHECK_EQUAL(library_.CALL(lading_run)(session_, nullptr), 0);
    std::string bytes;
    const lading_slots* results = library_.CALL(lading_session_results)(session_);
    for (int o = 0; o < library_.CALL(lading_output_count)(model_); ++o) {
      lading_output is{};
      is.size = sizeof is;
      library_.CALL(lading_describe_output)(model_, o, &is);
      CHECK_EQUAL(is.type, int(LADING_FLOAT32));
      bytes.append(static_cast<const char*>(results[o].data), std::size_t(results[o].items * is.width) * 4);
    }
    return bytes;
  }

 private:
  void set(int column, std::int64_t items) {
    lading_column is{};
    is.size = sizeof is;
    library_.CALL(lading_describe_column)(model_, column, &is);
    lading_variable variable{};
    variable.size = sizeof variable;
    library_.CALL(lading_find_variable)(model_, is.input, is.variable, is.unit, nullptr, 0, &variable, nullptr);
    for (std::int64_t item = 0; item < items; ++item)
      CHECK_EQUAL(library_.CALL(lading_set_integer)(session_, &variable, item, column % 3 + item, nullptr), 0);
  }

  const Library& library_;
  lading_model* model_;
  lading_session* session_;
};

std::string scores_of(const Library& library, const char* bundle) { return Loaded(library, bundle).scores(); }

long resident_kilobytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

bool is_mapped(const char* path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(path) != std::string::npos) return true;
  return false;
}

// Every time it is gone from memory, and nothing of it stays behind.
void test_unloading(const char* path, const char* bundle) {
  const std::string wanted = scores_of(Library(path), bundle);
  CHECK(!wanted.empty());
  long before = 0;
  for (int time = 0; time < 1000; ++time) {
    {
      const Library library(path);
      if (scores_of(library, bundle) != wanted) CHECK(false);
      if (time % 100 == 0) CHECK(library.refusal("/nowhere").find("/nowhere") != std::string::npos);
    }
    if (is_mapped(path)) CHECK(false);
    if (time == 99) before = resident_kilobytes();
  }
  const long more = resident_kilobytes() - before;
  if (!CHECK(more < 1024)) std::printf("  900 times leave %ld kB\n", more);
}

// Each calls its own functions and keeps its own memory, whichever comes first and shows its names to all.
void test_two_versions(const char* path, const char* other, const char* bundle) {
  const Library shown(path, RTLD_GLOBAL), hidden(other);
  CHECK(shown.version() != hidden.version());
  CHECK(shown.version() == "9.9.9" || hidden.version() == "9.9.9");
  Loaded one(shown, bundle), two(hidden, bundle);
  const std::string wanted = one.scores();
  CHECK_EQUAL(two.scores(), wanted);
  CHECK_EQUAL(one.scores(), wanted);
  CHECK_EQUAL(shown.refusal("/nowhere"), hidden.refusal("/nowhere"));
}

void test_fork(const char* path, const char* bundle) {
  const Library library(path);
  Loaded loaded(library, bundle);
  const std::string wanted = loaded.scores();
  const pid_t child = fork();
  if (child == 0) _exit(loaded.scores() == wanted && scores_of(library, bundle) == wanted ? 0 : 1);
  CHECK_EQUAL(loaded.scores(), wanted);
  int status = -1;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK_EQUAL(status, 0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  test_unloading(arguments[1], arguments[3]);
  test_two_versions(arguments[1], arguments[2], arguments[3]);
  test_two_versions(arguments[2], arguments[1], arguments[3]);
  test_fork(arguments[1], arguments[3]);
  return report();
}
