// Command supply lists the modules that the runtime, its integrations and the command are built of: with their licences, for people, and as
// a CycloneDX document, for programs. The list for people has those of the examples, too, which users begin with. It exits with 1 if a
// licence is not known, or is none that may be linked, or if nobody has looked through its text yet.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

func main() {
	root := flag.String("root", "..", "folder of the project")
	page := flag.String("page", "", "the list of licences to write")
	bom := flag.String("sbom", "", "the CycloneDX document to write")
	flag.Parse()
	if err := run(*root, *page, *bom); err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

// module is one that is linked.
type module struct {
	Path, Version, Dir, Sum string
	Main                    bool
	folders                 []string // of which something is compiled or embedded
	texts                   []licenceText
	licences                []string // of texts
	used                    []string // by which of our modules
	example                 bool     // linked by the examples alone, which no release has
}

// readTexts reads the licences and notices of m.
func (m *module) readTexts() (err error) {
	m.texts, err = textsOf(m.Dir, m.folders)
	m.licences = licencesOf(m.texts)
	return err
}

func run(root, page, bom string) error {
	modules, err := linked(root)
	if err != nil {
		return err
	}
	var faults []error
	for _, m := range modules {
		if err := m.readTexts(); err != nil {
			return err
		}
		faults = append(faults, faultsOf(m, texts)...)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if page != "" {
		if err := os.WriteFile(page, list(modules), 0o644); err != nil {
			return err
		}
	}
	if bom != "" {
		version, err := output(root, nil, "git", "-c", "safe.directory=*", "describe", "--tags", "--always")
		if err != nil {
			return err
		}
		toolchain, err := output(root, nil, "go", "env", "GOVERSION")
		if err != nil {
			return err
		}
		released := slices.DeleteFunc(slices.Clone(modules), func(m *module) bool { return m.example })
		text, err := cycloneDX(released, strings.TrimSpace(string(version)), strings.TrimPrefix(strings.TrimSpace(string(toolchain)), "go"))
		if err != nil {
			return err
		}
		return os.WriteFile(bom, text, 0o644)
	}
	return nil
}

// systems are those of which a release has archives, and those that the runtime is for.
var systems = []string{"linux", "darwin", "windows", "freebsd", "netbsd", "openbsd"}

// output runs a command in a folder, and returns what it prints.
func output(dir string, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, os.Stderr, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s in %s: %w", strings.Join(cmd.Args, " "), dir, err)
	}
	return out, nil
}

// linked lists the modules of others that our modules link, on any system: the root, for the command and the runtime, each integration, and
// what the examples have beside these.
func linked(root string) ([]*module, error) {
	work, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return nil, err
	}
	folders := map[string][]string{".": {"./cmd/...", "./runtime/..."}}
	for line := range strings.Lines(string(work)) {
		if folder := strings.TrimSpace(line); strings.HasPrefix(folder, "./runtime/") {
			folders[folder] = []string{"./..."}
		}
	}
	found, examples := map[string]*module{}, map[string]*module{}
	for folder, packages := range folders {
		if err := addLinked(found, root, folder, packages); err != nil {
			return nil, err
		}
	}
	programs, err := filepath.Glob(filepath.Join(root, "examples", "*", "main.go"))
	if err != nil {
		return nil, err
	}
	for i, program := range programs { // what their tests share is linked by none
		programs[i] = "./" + filepath.Base(filepath.Dir(program))
	}
	if err := addLinked(examples, root, "examples", programs); err != nil {
		return nil, err
	}
	for path, m := range examples {
		if found[path] == nil {
			m.example, found[path] = true, m
		}
	}
	var modules []*module
	for _, m := range found {
		sort.Strings(m.used)
		modules = append(modules, m)
	}
	sort.Slice(modules, func(i, j int) bool { return modules[i].Path < modules[j].Path })
	return modules, nil
}

// addLinked takes the modules of others that packages of a folder link, on any system.
func addLinked(found map[string]*module, root, folder string, packages []string) error {
	for _, system := range systems {
		if err := addLinkedOn(found, root, folder, packages, system); err != nil {
			return err
		}
	}
	return nil
}

func addLinkedOn(found map[string]*module, root, folder string, packages []string, system string) error {
	out, err := output(filepath.Join(root, folder), []string{"GOOS=" + system, "GOARCH=amd64", "CGO_ENABLED=0"},
		"go", append([]string{"list", "-deps", "-json=Module,Dir,EmbedFiles"}, packages...)...)
	if err != nil {
		return err
	}
	return add(found, strings.TrimPrefix(folder, "./"), out)
}

// add takes the modules of others from a list of packages that user links.
func add(found map[string]*module, user string, packages []byte) error {
	for d := json.NewDecoder(bytes.NewReader(packages)); ; {
		var p struct {
			Module     *module
			Dir        string
			EmbedFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Module == nil || p.Module.Main || strings.HasPrefix(p.Module.Path, "github.com/tornadogen/") {
			continue
		}
		m := found[p.Module.Path]
		if m == nil {
			m = p.Module
			found[m.Path] = m
		}
		m.folders = append(m.folders, p.Dir)
		for _, name := range p.EmbedFiles {
			m.folders = append(m.folders, filepath.Dir(filepath.Join(p.Dir, name)))
		}
		if !slices.Contains(m.used, user) {
			m.used = append(m.used, user)
		}
	}
}

func list(modules []*module) []byte {
	var b bytes.Buffer
	b.WriteString("# Licences\n\nThe modules that the command and the runtime (`.`), and the integrations, link on any of their systems, as\n`make licences` has found them. What a " +
		"service links is the runtime, `golang.org/x/sys`, and the integrations that it imports.\n\n")
	table(&b, modules, false)
	b.WriteString("\n## The examples\n\nWhat they link beside these. A release has none of it, nor has the list for programs.\n\n")
	table(&b, modules, true)
	b.WriteString("\n## Several texts\n\nThe modules of both lists with more than one licence or notice in the folders that are compiled.\n\n" +
		"| module | text | licence |\n| --- | --- | --- |\n")
	for _, m := range modules {
		for _, t := range m.texts {
			if len(m.texts) > 1 {
				fmt.Fprintf(&b, "| %s | %s | %s |\n", m.Path, t.path, cmp.Or(strings.Join(t.licences, " and "), "none"))
			}
		}
	}
	return b.Bytes()
}

// table lists those modules that the examples alone link, or the others.
func table(b *bytes.Buffer, modules []*module, example bool) {
	b.WriteString("| module | version | licence | linked by |\n| --- | --- | --- | --- |\n")
	for _, m := range modules {
		if m.example == example {
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.Path, m.Version, strings.Join(m.licences, " and "), strings.ReplaceAll(strings.Join(m.used, ", "), "runtime/", ""))
		}
	}
}
