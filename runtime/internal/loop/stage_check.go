//go:build loopcheck

package loop

// Stage is the simulation under way, nil for none. A test sets it before any
// goroutine runs.
var Stage interface {
	Step(at string)
	Yield(at string)
	Await(at string, ready func() bool)
	Go(name string, fn func())
}

// Step lets the simulation put others in between.
func Step(at string) {
	if Stage != nil {
		Stage.Step(at)
	}
}

// Yield lets others go first.
func Yield(at string) {
	if Stage != nil {
		Stage.Yield(at)
	}
}

// Await lets others go until ready holds.
func Await(at string, ready func() bool) {
	if Stage != nil {
		Stage.Await(at, ready)
	}
}

// hurried lets loops sleep for connections that come with rests between them.
func hurried() bool { return Stage != nil }

// Go starts a goroutine, of the simulation if there is one.
func Go(name string, fn func()) {
	if Stage != nil {
		Stage.Go(name, fn)
		return
	}
	go fn()
}
