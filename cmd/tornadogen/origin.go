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
}

// builtFrom asks the build information of the running binary. When the command was built as a tool of another module, it is
// one of the dependencies.
func builtFrom() origin {
	_, file, _, _ := runtime.Caller(0)
	o := origin{version: "(devel)", file: file}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return o
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

// module is what the go.mod of a new service requires. A release is required as it is; any other build stands for its own
// source, which must still be where it was compiled.
func (o origin) module() (templates.Module, error) {
	m := templates.Module{Path: modulePath, Version: o.version}
	if o.fetched || release.MatchString(o.version) && !pseudo.MatchString(o.version) {
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
