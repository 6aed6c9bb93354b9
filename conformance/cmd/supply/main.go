// Command supply lists the modules that the runtime, its integrations and the command are built of: with their licences, for people, and as
// a CycloneDX document, for programs. It exits with 1 if a licence is not known, or is none that may be linked.
package main

import (
	"bytes"
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
	Path, Version, Dir string
	Main               bool
	licence            string
	used               []string // by which of our modules
}

func run(root, page, bom string) error {
	modules, err := linked(root)
	if err != nil {
		return err
	}
	var faults []error
	for _, m := range modules {
		if m.licence = licenceOf(m.Dir); !slices.Contains(allowed, m.licence) {
			faults = append(faults, fmt.Errorf("%s %s: licence %q", m.Path, m.Version, m.licence))
		}
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
		return os.WriteFile(bom, cycloneDX(modules), 0o644)
	}
	return nil
}

// linked lists the modules of others that our modules link: the root, for the command and the runtime, and each integration.
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
	found := map[string]*module{}
	for folder, packages := range folders {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, packages...)...)
		cmd.Dir, cmd.Stderr = filepath.Join(root, folder), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list in %s: %w", folder, err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *module }
			if err := d.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if p.Module == nil || p.Module.Main || strings.HasPrefix(p.Module.Path, "github.com/tornadogen/") {
				continue
			}
			m := found[p.Module.Path]
			if m == nil {
				m = p.Module
				found[m.Path] = m
			}
			if name := strings.TrimPrefix(folder, "./"); !slices.Contains(m.used, name) {
				m.used = append(m.used, name)
			}
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

func list(modules []*module) []byte {
	var b bytes.Buffer
	b.WriteString("# Licences\n\nThe modules that the command and the runtime (`.`), and the integrations, link, as `make licences` has found them. What a\n" +
		"service links is the runtime, `golang.org/x/sys`, and the integrations that it imports.\n\n| module | version | licence | linked by |\n| --- | --- | --- | --- |\n")
	for _, m := range modules {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Path, m.Version, m.licence, strings.ReplaceAll(strings.Join(m.used, ", "), "runtime/", ""))
	}
	return b.Bytes()
}

// cycloneDX is the list in the form of CycloneDX 1.5.
func cycloneDX(modules []*module) []byte {
	type licence struct {
		ID string `json:"id"`
	}
	type component struct {
		Type     string               `json:"type"`
		Name     string               `json:"name"`
		Version  string               `json:"version"`
		PURL     string               `json:"purl"`
		Licences []map[string]licence `json:"licenses"`
	}
	bom := struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Components []component `json:"components"`
	}{"CycloneDX", "1.5", 1, nil}
	for _, m := range modules {
		bom.Components = append(bom.Components, component{
			"library", m.Path, m.Version, "pkg:golang/" + m.Path + "@" + m.Version, []map[string]licence{{"license": {m.licence}}},
		})
	}
	text, _ := json.MarshalIndent(bom, "", "  ") // strings alone
	return append(text, '\n')
}
