package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/templates"
)

func newInit() *cobra.Command {
	var s settings
	var module string
	cmd := &cobra.Command{
		Use:   "init DIR --spec FILE",
		Short: "Write a service that runs",
		Long: `init writes a service into the folder DIR, which is empty or does not exist yet: main.go, a file of handlers for each tag,
the checks of who is calling, go.mod, tornadogen.yaml, a copy of the document, a Dockerfile, a folder deploy with a manifest for
Kubernetes and units for systemd, a workflow for GitHub that tests all of it, and the generated package. All but the package is yours
from then on; init never comes back.

The service runs at once. Each operation checks its input and then answers 501 Not Implemented, until you write it.

A document of several files is copied as one file, in which they are bundled and overlays are applied. To keep the files, copy
them yourself and set spec and overlay in tornadogen.yaml.

A build of tornadogen that is no release puts a replace directive into go.mod, which names the source that it was built from.`,
		Example: `  tornadogen init shop --spec openapi.yaml
  tornadogen init ~/shop --spec openapi.yaml --module example.com/shop --package shopapi
  tornadogen init shop --spec openapi.yaml --overlay names.yaml`,
		Args: args(1, 1, "DIR"),
	}
	s.flags(cmd, "spec", "package", "overlay", "root", "allow-remote", "strict")
	cmd.Flags().StringVar(&module, "module", "", "module path of the service; default: the name of DIR")
	cmd.Flags().Lookup("package").Usage = "name of the generated package; default: made of the document's title"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if s.Spec == "" {
			return usagef("init: --spec is missing; name the OpenAPI document")
		}
		return s.init(cmd, args[0], module)
	}
	return cmd
}

// init does the work: everything is made in memory, then placed.
func (s *settings) init(cmd *cobra.Command, dir, module string) error {
	if err := vacant(dir); err != nil {
		return err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	service := templates.Service{Name: commandName(filepath.Base(full)), Module: module, GoVersion: goVersion}
	if module == "" {
		service.Module = service.Name
	} else if err := checkModule(module); err != nil {
		return err
	}
	if service.Runtime, err = builtFrom().module(); err != nil {
		return err
	}
	files, c, err := s.scaffold(&service)
	if err != nil {
		return err
	}
	if err := tell(cmd, &choice{value: "text"}, s.Spec, c.findings); err != nil {
		return err
	}
	if c.files == nil {
		return refuse(s, c.findings, "correct the document; nothing was written")
	}
	if err := place(dir, files); err != nil {
		return err
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), nextSteps(dir, full, service))
	return err
}

// commandName makes the name of the command and the default of the module path of a folder's name.
func commandName(folder string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ':
			return '-'
		}
		return -1
	}, latin(folder))
	name = strings.Trim(name, "-_.")
	switch {
	case name == "":
		return "service"
	case slices.Contains(takenModules, name):
		return name + "-service"
	}
	return name
}

// takenModules are first elements of import paths that mean something to the go command: the standard library's, and names
// with a meaning of their own. A module of that name could not be built.
var takenModules = strings.Fields(`
	archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go
	hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime simd slices sort strconv
	strings structs sync syscall testing text time unicode unique unsafe vendor weak
	all cmd main std testdata tool work`)

var modulePattern = regexp.MustCompile(`^[A-Za-z0-9_~][A-Za-z0-9_~.-]*(/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)*$`)

// checkModule reports what cannot be a module path (https://go.dev/ref/mod#go-mod-file-ident).
func checkModule(path string) error {
	bad := !modulePattern.MatchString(path)
	for element := range strings.SplitSeq(path, "/") {
		bad = bad || strings.HasSuffix(element, ".") || element == "internal" || element == "vendor"
	}
	if bad {
		return fmt.Errorf("--module: %q is no module path; use one such as example.com/shop", path)
	}
	if first, _, _ := strings.Cut(path, "/"); slices.Contains(takenModules, first) {
		return fmt.Errorf("--module: %q begins as the packages of Go itself do; use one such as example.com/shop", path)
	}
	return nil
}

// nextSteps says what to do with a new service.
func nextSteps(dir, full string, service templates.Service) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is ready. Next:\n\n", dir)
	if full != workingDir() {
		fmt.Fprintf(&b, "  cd %s\n", shellWord(dir))
	}
	if work := workspaceAbove(full); work != "" {
		fmt.Fprintf(&b, "  go work use .        # %s covers this folder\n", work)
	}
	fmt.Fprintf(&b, "  go mod tidy\n  go test ./...\n  go run .\n\nand look at http://localhost:8080%s. ", service.DocsPath)
	if len(service.Handlers) > 0 {
		fmt.Fprintf(&b, "Your handlers begin in %s.\n", service.Handlers[0].File)
	} else {
		fmt.Fprintf(&b, "The document has no operations yet.\n")
	}
	for _, name := range service.Hooks {
		fmt.Fprintf(&b, "What sends and receives the %s is in %s/%s.\n", strings.TrimSuffix(name, "_gen.go"), service.Package, name)
	}
	return b.String()
}

func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

// workspaceAbove finds a go.work that the go command would use in dir, "" for none.
func workspaceAbove(dir string) string {
	if set := os.Getenv("GOWORK"); set != "" {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "go.work")
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_~./+:@%-]+$`)

// shellWord quotes text for a shell where it must be.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return shellQuote(text)
}

// shellQuote quotes text for a shell.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
