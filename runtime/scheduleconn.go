package tornado

import "slices"

// serving makes a clock of c until the function that it returns is called.
func serving(c clock) (ended func()) {
	s := &schedules
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clocks = append(s.clocks, c)
	return func() {
		s.mu.Lock()
		s.clocks = slices.DeleteFunc(s.clocks, func(other clock) bool { return other == c })
		var left []*Timer
		for t, on := range s.timers {
			if on == c {
				left = append(left, t)
			}
		}
		s.mu.Unlock()
		for _, t := range left {
			t.rearm()
		}
	}
}
