//go:build !loopcheck

package loop

// Step, Yield, Await and Go stand where goroutines may meet. They are nothing
// here; built with the tag loopcheck, a simulation decides in them who goes on.

// Step tells that another goroutine may come in between.
func Step(string) {}

// Yield tells that the goroutine tries again and again until another one has
// done something.
func Yield(string) {}

// Await tells that the goroutine is about to block until ready holds.
func Await(string, func() bool) {}

// hurried reports whether all connections count as coming quickly.
func hurried() bool { return false }

// Go starts a goroutine.
func Go(_ string, fn func()) { go fn() }
