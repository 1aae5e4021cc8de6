#include "signals.hpp"

#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <utility>

namespace banyan::app {
namespace {

// Ends the listener when nothing else did.
constexpr int wake_signal = SIGUSR1;

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);  // the terminal is gone
  sigaddset(&set, wake_signal);
  return set;
}

void listen(const std::function<void(int)>& stop, const std::atomic<bool>& ending) {
  const sigset_t set = handled_signals();
  bool stopping = false;
  while (true) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (ending) return;
    if (signal == wake_signal) continue;  // somebody else's
    if (stopping) std::_Exit(128 + signal);
    stopping = true;
    stop(signal);
  }
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::~StopSignals() { end(); }

void StopSignals::end() {
  if (!listener_.joinable()) return;
  ending_ = true;
  pthread_kill(listener_.native_handle(), wake_signal);
  listener_.join();
}

void StopSignals::on_stop(std::function<void(int)> stop) {
  listener_ = std::thread([this, stop = std::move(stop)] { listen(stop, ending_); });
}

}  // namespace banyan::app
