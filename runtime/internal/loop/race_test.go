//go:build linux && race

package loop

const raceEnabled = true
