//go:build !linux

package target

import "errors"

var errUnknown = errors.New("not known on this system")

// Pin is known on Linux alone.
func Pin(int, ...int) error { return errUnknown }

// Processors are not known: nil.
func Processors() []int { return nil }

// Prefer is known on Linux alone.
func Prefer(int) error { return errUnknown }
