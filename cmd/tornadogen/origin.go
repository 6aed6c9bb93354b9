package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/tornadogen/tornadogen/templates"
)

// modulePath is the module that the command and the runtime of generated code belong to.
const modulePath = "github.com/tornadogen/tornadogen"

// goVersion is the go directive of a new service: the one that the runtime's own go.mod has.
const goVersion = "1.26.0"

// origin is where this build of the command comes from.
type origin struct {
	version string // "v1.2.3", "(devel)", or a version that was made of a commit
	fetched bool   // the module came from a module proxy, so a service can fetch it too
	file    string // of this source file when it was compiled; not absolute under -trimpath

	commit, time string // of the clone that it was built in, "" where that is not known
	modified     bool   // there were changes that are no part of the commit
}

// builtFrom asks the build information of the running binary. When the command was built as a tool of another module, it is
// one of the dependencies.
func builtFrom() origin {
	_, file, _, _ := runtime.Caller(0)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return originOf(info, file)
}

// originOf reads build information.
func originOf(info *debug.BuildInfo, file string) origin {
	o := origin{version: "(devel)", file: file}
	if info.Main.Path == modulePath { // else it is the commit of a module that uses this one
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				o.commit = s.Value
			case "vcs.time":
				o.time = s.Value
			case "vcs.modified":
				o.modified = s.Value == "true"
			}
		}
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != modulePath {
			continue
		}
		if m.Replace != nil {
			return o
		}
		o.fetched = m.Sum != ""
		if m.Version != "" {
			o.version = m.Version
		}
	}
	return o
}

var release = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

// pseudo is a version that the go command makes of a commit (https://go.dev/ref/mod#pseudo-versions).
var pseudo = regexp.MustCompile(`[-.][0-9]{14}-[0-9a-f]{12}$`)

// released reports whether others can get what this build was made of by its version.
func (o origin) released() bool {
	return o.fetched || release.MatchString(o.version) && !pseudo.MatchString(o.version)
}

// mark is the version that generated files name. A build of a clone names none: each commit would change all of them.
func (o origin) mark() string {
	if !o.released() {
		return ""
	}
	return o.version
}

// module is what the go.mod of a new service requires. A release is required as it is; any other build stands for its own
// source, which must still be where it was compiled.
func (o origin) module() (templates.Module, error) {
	m := templates.Module{Path: modulePath, Version: o.version}
	if o.released() {
		return m, nil
	}
	m.Version = "v0.0.0"
	const remedy = "run go install ./cmd/tornadogen in a clone again, or install a release"
	if !filepath.IsAbs(o.file) {
		return m, fmt.Errorf("this build of tornadogen (%s) is no release and does not know where its source is, as it was built with -trimpath; %s", o.version, remedy)
	}
	dir := filepath.Dir(filepath.Dir(filepath.Dir(o.file)))
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if first, _, _ := strings.Cut(string(text), "\n"); err != nil || strings.TrimSpace(first) != "module "+modulePath {
		return m, fmt.Errorf("%s: the source that this build of tornadogen (%s) was made of is not there any more; %s", dir, o.version, remedy)
	}
	m.Replace = dir
	return m, nil
}
