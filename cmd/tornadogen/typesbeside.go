package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// typesBeside tells which types a package in the folder dir can have: those that are declared there by hand, those of the standard library,
// and those of modules that go.mod names. Nothing is built for that.
func typesBeside(dir string) func(pkg, name string) bool {
	modules := modulesOf(dir)
	own := sync.OnceValue(func() *userPackage { return declaredIn(dir) })
	return func(pkg, name string) bool {
		if pkg == "" {
			return own().typeNamed(name) != nil
		}
		first, _, _ := strings.Cut(pkg, "/")
		if slices.Contains(standardLibrary, first) {
			elements := strings.Split(pkg, "/")
			return !slices.Contains(elements, "internal") && !slices.Contains(elements, "vendor")
		}
		return slices.ContainsFunc(modules, func(m string) bool { return pkg == m || strings.HasPrefix(pkg, m+"/") })
	}
}

// standardLibrary are the first elements of the paths of its packages.
var standardLibrary = strings.Fields(`
	archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index
	io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time
	unicode unique unsafe weak`)

// requiredModule matches a module that go.mod requires.
var requiredModule = regexp.MustCompile(`(?m)^(?:require)?[ \t]+"?([^\s"(]+)"?[ \t]+v\d`)

// modulesOf lists the module that a folder belongs to and those that it requires; none outside of a module.
func modulesOf(dir string) []string {
	root, own, err := moduleOf(dir)
	if err != nil {
		return nil
	}
	modules := []string{own}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return modules
	}
	for _, m := range requiredModule.FindAllSubmatch(text, -1) {
		modules = append(modules, string(m[1]))
	}
	return modules
}

// declaredIn are the types that the files of dir declare, without those that were generated.
func declaredIn(dir string) *userPackage {
	p := &userPackage{}
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.go"))
	if err != nil {
		return p
	}
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			_ = p.parse(path) // the compiler tells of faults; what stands there beside them is declared
		}
	}
	p.collect()
	return p
}
