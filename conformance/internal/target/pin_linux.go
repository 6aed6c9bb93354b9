package target

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps a process on some processors, whose numbers count from 0, and returns an error where the system does not let it.
func Pin(pid int, processors ...int) error {
	var set unix.CPUSet
	for _, p := range processors {
		set.Set(p)
	}
	return eachThread(pid, func(tid int) error { return unix.SchedSetaffinity(tid, &set) })
}

// eachThread does something with every thread of a process. What begins later has what the thread has that begins it.
func eachThread(pid int, do func(tid int) error) error {
	for range 2 { // a thread may begin while the others are dealt with
		threads, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			tid, err := strconv.Atoi(t.Name())
			if err == nil {
				err = do(tid)
			}
			if err != nil && !errors.Is(err, unix.ESRCH) { // that thread has ended
				return err
			}
		}
	}
	return nil
}

// Processors are the numbers of those that this process may run on.
func Processors() (list []int) {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	for i := 0; len(list) < set.Count(); i++ {
		if set.IsSet(i) {
			list = append(list, i)
		}
	}
	return list
}

// Prefer has a process run before others that want its processor: as soon as it can, where the system lets it (sched(7)), and else with more
// weight than they.
func Prefer(pid int) error {
	const (
		before = 50 // real-time priorities go to 99
		most   = -20
	)
	return eachThread(pid, func(tid int) error {
		if unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: before}, 0) == nil {
			return nil
		}
		return unix.Setpriority(unix.PRIO_PROCESS, tid, most)
	})
}
