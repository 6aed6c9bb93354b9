package system

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// CPU gives the processor time that all threads of the process pid have used so far, those that have ended too. It is exact to the
// nanosecond: the clock of the process that clock_gettime(2) knows, not the ticks of /proc/PID/stat.
func CPU(pid int) (time.Duration, error) {
	const schedulerClock = 2 // CPUCLOCK_SCHED of the kernel, in the lowest three bits of the clock's number
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &t); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
