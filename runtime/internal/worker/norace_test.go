//go:build linux && !race

package worker

const raceEnabled = false
