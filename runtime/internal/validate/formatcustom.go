package validate

import (
	"math"
	"sync"
)

// custom holds the formats that documents name beyond those of JSON Schema.
var custom struct {
	sync.RWMutex
	names  []string                     // guarded by RWMutex; the format of names[i] is firstCustom+i
	checks map[string]func(string) bool // guarded by RWMutex
}

// CustomFormat returns the format of this name. Until a check is registered for the name it takes every string.
func CustomFormat(name string) Format {
	custom.Lock()
	defer custom.Unlock()
	for i, known := range custom.names {
		if known == name {
			return firstCustom + Format(i)
		}
	}
	if len(custom.names) > math.MaxUint8-int(firstCustom) {
		return FormatNone
	}
	custom.names = append(custom.names, name)
	return firstCustom + Format(len(custom.names)-1)
}

// RegisterFormat sets the check of a format that is not one of JSON Schema. The check may be called from any goroutine.
func RegisterFormat(name string, check func(string) bool) {
	custom.Lock()
	defer custom.Unlock()
	if custom.checks == nil {
		custom.checks = map[string]func(string) bool{}
	}
	custom.checks[name] = check
}

func checkCustom(f Format, s string) bool {
	custom.RLock()
	check := custom.checks[custom.names[f-firstCustom]]
	custom.RUnlock()
	return check == nil || check(s)
}

func customName(f Format) string {
	custom.RLock()
	defer custom.RUnlock()
	return custom.names[f-firstCustom]
}
