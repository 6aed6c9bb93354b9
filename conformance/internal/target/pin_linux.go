package target

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps a process on some processors, whose numbers count from 0, and returns an error where the system does not let it. Threads that begin
// later inherit it.
func Pin(pid int, processors ...int) error {
	var set unix.CPUSet
	for _, p := range processors {
		set.Set(p)
	}
	for range 2 { // a thread may begin while the others are pinned
		threads, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			tid, err := strconv.Atoi(t.Name())
			if err == nil {
				err = unix.SchedSetaffinity(tid, &set)
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

// Prefer has a process run before others that want its processor.
func Prefer(pid int) error {
	const most = -20
	return unix.Setpriority(unix.PRIO_PROCESS, pid, most)
}
