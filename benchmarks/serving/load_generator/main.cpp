// Calls a gRPC method with given messages, and writes what became of every call.
//
// Closed loop: each of `streams` callers on each of `connections` calls again as soon as it has its answer.
// Open loop: calls start at the times of a schedule, whether or not earlier ones are answered; a late start counts as
// waiting, since latency is taken from the scheduled time.
//
//   load --port N --path /package.Service/Method --messages FILE --records FILE --replies FILE --connections N
//        (--streams N --seconds S [--calls N] | --schedule FILE) [--timeout-ms N] [--keep-every N]
//
// Messages are framed as on the wire: a zero byte, the length as 4 big-endian bytes, the message. A schedule is a list of
// seconds (float64) and message index (int32), without gaps. Replies of every `keep-every`-th call are kept.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "connection.h"

namespace {

constexpr double kLastAnswersSeconds = 30;
constexpr int kMostBrokenCalls = 100000;

[[noreturn]] void fail(const std::string& reason) {
  std::fprintf(stderr, "load: %s\n", reason.c_str());
  std::exit(2);
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> framed_messages(const std::string& bytes) {
  std::vector<std::string> messages;
  for (size_t start = 0; start + 5 <= bytes.size();) {
    const uint8_t* length = (const uint8_t*)bytes.data() + start + 1;
    size_t size = 5 + ((size_t)length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3]);
    messages.push_back(bytes.substr(start, size));
    start += size;
  }
  if (messages.empty()) fail("there are no messages");
  return messages;
}

struct Start {
  double seconds;
  int32_t message;
};

std::vector<Start> schedule(const std::string& bytes) {
  std::vector<Start> starts(bytes.size() / 12);
  for (size_t number = 0; number < starts.size(); ++number) {
    std::memcpy(&starts[number].seconds, bytes.data() + 12 * number, 8);
    std::memcpy(&starts[number].message, bytes.data() + 12 * number + 8, 4);
  }
  return starts;
}

class Load {
 public:
  explicit Load(std::map<std::string, std::string> flags)
      : flags_(std::move(flags)),
        messages_(framed_messages(contents(text("messages")))),
        timeout_(number("timeout-ms", 0) / 1000),
        seconds_(number("seconds", 0)),
        most_calls_((long)number("calls", 0)),
        keep_every_(std::max(1L, (long)number("keep-every", 1))),
        records_(std::fopen(text("records").c_str(), "wb")),
        replies_(std::fopen(text("replies").c_str(), "wb")) {
    if (!records_ || !replies_) fail("cannot write the records and replies");
    if (flags_.count("schedule")) starts_ = schedule(contents(text("schedule")));
    std::string timeout = timeout_ > 0 ? std::to_string((long)(timeout_ * 1000)) + "m" : "";
    for (int index = 0; index < number("connections", 1); ++index)
      connections_.push_back(std::make_unique<Connection>((int)number("port", 0), text("path"), timeout,
                                                          [this, index](Call* call) { finished(call, index); }));
  }

  void run() {
    clock_ = Clock();
    if (starts_.empty())
      for (int stream = 0; stream < number("streams", 1); ++stream)
        for (size_t index = 0; index < connections_.size(); ++index) waiting_.push_back(index);
    double wait_for_last = -1;
    while (true) {
      double now = clock_.seconds();
      start_due(now);
      give_up_expired(now);
      for (auto& connection : connections_) connection->flush();
      if (all_started(now) && !in_flight_) break;
      if (all_started(now) && wait_for_last < 0) wait_for_last = now + kLastAnswersSeconds;
      if (wait_for_last > 0 && now > wait_for_last) fail("calls were not answered at all");
      wait_for_traffic(now);
    }
    std::fclose(records_);
    std::fclose(replies_);
  }

 private:
  bool closed_loop() const { return starts_.empty(); }

  bool all_started(double now) const {
    if (!closed_loop()) return next_start_ == starts_.size();
    return now >= seconds_ || (most_calls_ && started_ >= most_calls_);
  }

  void start_due(double now) {
    while (!closed_loop() && next_start_ < starts_.size() && starts_[next_start_].seconds <= now) {
      const Start& start = starts_[next_start_++];
      begin(start.message, start.seconds, now, next_connection_++ % connections_.size());
    }
    // A call may fail at once, and its caller wait again: each round takes only those that wait now.
    std::deque<size_t> callers;
    callers.swap(waiting_);
    for (size_t index : callers)
      if (!all_started(now)) begin(started_ % messages_.size(), now, now, index);
  }

  void begin(int32_t message, double scheduled, double now, size_t index) {
    ++started_;
    ++in_flight_;
    Call* call = new Call();
    call->message = message;
    call->scheduled = scheduled;
    call->sent = now;
    call->body = &messages_[message];
    call->number = started_;
    if (timeout_ > 0) expiring_.push_back({now + timeout_, started_, index}), open_[started_] = call;
    connections_[index]->start(call);
  }

  void give_up_expired(double now) {
    while (!expiring_.empty() && (expiring_.front().at <= now || !open_.count(expiring_.front().call))) {
      Expiry expiry = expiring_.front();
      expiring_.pop_front();
      auto found = open_.find(expiry.call);
      if (found != open_.end()) connections_[expiry.connection]->give_up(found->second);
    }
  }

  void finished(Call* call, size_t index) {
    call->finished = clock_.seconds();
    bool keep = finished_++ % keep_every_ == 0;
    Record record{call->scheduled, call->sent,   call->finished, call->message, call->status,
                  keep ? (uint32_t)call->reply.size() : 0, call->given_up};
    std::fwrite(&record, sizeof record, 1, records_);
    if (keep) std::fwrite(call->reply.data(), 1, call->reply.size(), replies_);
    if (call->status == kNoStatus && ++broken_ > kMostBrokenCalls) fail("no connection");
    --in_flight_;
    open_.erase(call->number);
    if (closed_loop()) waiting_.push_back(index);
    (call->given_up ? abandoned_ : dead_).emplace_back(call);
  }

  void wait_for_traffic(double now) {
    double until = now + 0.1;
    if (!closed_loop() && next_start_ < starts_.size()) until = std::min(until, starts_[next_start_].seconds);
    if (!expiring_.empty()) until = std::min(until, expiring_.front().at);
    if (!waiting_.empty()) until = now;
    double wait = std::max(0.0, until - now);
    timespec timeout{(time_t)wait, (long)((wait - (long)wait) * 1e9)};
    std::vector<pollfd> polled;
    for (auto& connection : connections_)
      polled.push_back({connection->descriptor(), (short)(POLLIN | (connection->has_unsent() ? POLLOUT : 0)), 0});
    if (ppoll(polled.data(), polled.size(), &timeout, nullptr) <= 0) return;
    for (size_t index = 0; index < polled.size(); ++index)
      if (polled[index].revents) connections_[index]->read();
    dead_.clear();
  }

  std::string text(const std::string& name) const {
    auto found = flags_.find(name);
    if (found == flags_.end()) fail("--" + name + " is missing");
    return found->second;
  }

  double number(const std::string& name, double otherwise) const {
    return flags_.count(name) ? std::atof(flags_.at(name).c_str()) : otherwise;
  }

  struct Expiry {
    double at;
    long call;
    size_t connection;
  };

  const std::map<std::string, std::string> flags_;
  const std::vector<std::string> messages_;
  const double timeout_, seconds_;
  const long most_calls_, keep_every_;
  std::FILE *records_, *replies_;
  std::vector<Start> starts_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Clock clock_;
  std::deque<size_t> waiting_;  // connections of callers that may call again
  std::deque<Expiry> expiring_;
  std::unordered_map<long, Call*> open_;  // those with a deadline that are not finished, by number
  std::vector<std::unique_ptr<Call>> dead_;       // freed when no callback can still see them
  std::vector<std::unique_ptr<Call>> abandoned_;  // kept to the end: the library may still read their bodies
  size_t next_start_ = 0, next_connection_ = 0;
  long started_ = 0, in_flight_ = 0, finished_ = 0, broken_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  std::map<std::string, std::string> flags;
  for (int index = 1; index + 1 < count; index += 2) {
    if (std::strncmp(arguments[index], "--", 2) != 0) fail(std::string("expected a flag, not ") + arguments[index]);
    flags[arguments[index] + 2] = arguments[index + 1];
  }
  prctl(PR_SET_TIMERSLACK, 1);  // nanoseconds: calls start when they should
  Load(flags).run();
  return 0;
}
