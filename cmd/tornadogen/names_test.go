package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackageOfTitle(t *testing.T) {
	for title, want := range map[string]string{
		"Petstore":                   "petstoreapi",
		"Swagger Petstore - OpenAPI": "swaggerapi",
		"The Pets API":               "petsapi",
		"GitHub v3 REST API":         "githubapi",
		"MyAPI":                      "myapi",
		"API":                        "api",
		"":                           "api",
		"REST API v2":                "api",
		"1Password Events":           "passwordapi",
		"日本":                         "api",
		"func":                       "api",
		"Rindfleischetikettierungsüberwachungsaufgaben": "rindfleischetikettierungapi",
		"Größen": "grossenapi", "Gro\u0308ßen": "grossenapi", "Ærø": "aeroapi", "Łódź": "lodzapi", "Đặt hàng": "datapi", "Übung": "ubungapi",
	} {
		require.Equal(t, want, packageOfTitle(title), title)
	}
}

func TestPackageName(t *testing.T) {
	for text, want := range map[string]string{
		"petapi": "petapi", "Pet-API": "petapi", "123": "", "1a": "a", "": "", "/": "", "type": "", "main": "", "Ünder": "under", "pet_api": "petapi",
	} {
		require.Equal(t, want, packageName(text), text)
	}
}

func TestCommandName(t *testing.T) {
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "shop.v2": "shop.v2", ".hidden": "hidden", "": "service", "..": "service", "店": "service", "Café Größe": "cafe-grosse",
		"internal": "internal-service", "std": "std-service", "log": "log-service", "a\nb": "ab", "-x": "x",
	} {
		require.Equal(t, want, commandName(folder), folder)
		require.NoError(t, checkModule(commandName(folder)), folder)
	}
}

func TestCheckModule(t *testing.T) {
	for _, good := range []string{"shop", "example.com/shop", "example.com/a/b/v2", "github.com/Some-One/x_y.z", "example.com/~user/x"} {
		require.NoError(t, checkModule(good), good)
	}
	for _, bad := range []string{"", "/", "a//b", "/a", "a/", "a b", ".a", "a/.b", "a.", "a/b.", "-a", "a\nb", "std/x", "cmd", "net/pets", "a/internal/b", "vendor", `a"b`, "ä"} {
		require.Error(t, checkModule(bad), bad)
	}
}

func TestTakenModulesHaveTheStandardLibrary(t *testing.T) {
	out, err := exec.Command("go", "list", "std").Output()
	require.NoError(t, err)
	for path := range strings.FieldsSeq(string(out)) {
		first, _, _ := strings.Cut(path, "/")
		require.Contains(t, takenModules, first)
	}
}

func TestLowerFirst(t *testing.T) {
	for name, want := range map[string]string{
		"PetsHandler": "petsHandler", "APIHandler": "apiHandler", "DefaultHandler": "defaultHandler", "AHandler": "aHandler",
		"PETS": "pets", "ÄpfelHandler": "äpfelHandler", "X数据Handler": "x数据Handler", "IDs": "iDs",
	} {
		require.Equal(t, want, lowerFirst(name), name)
	}
}

func TestFileOf(t *testing.T) {
	taken := map[string]bool{"main.go": true, "auth.go": true}
	for _, c := range [][2]string{
		{"PetsHandler", "pets.go"},
		{"PETSHandler", "petshandler.go"},
		{"PetSHandler", "petshandler2.go"},
		{"MainHandler", "mainhandler.go"},
		{"AuthHandler", "authhandler.go"},
		{"Linux_testHandler", "linuxtest.go"},
		{"Handler", "handler.go"},
		{"Handler2", "handler2.go"},
		{"ConHandler", "conhandler.go"}, // a device of Windows, where no file has that name, whatever its end
		{"COM1Handler", "com1handler.go"},
		{"ConsHandler", "cons.go"},
	} {
		require.Equal(t, c[1], fileOf(c[0], taken), c[0])
	}
}

func TestShellWord(t *testing.T) {
	require.Equal(t, "~/shop", shellWord("~/shop"))
	require.Equal(t, "'my shop'", shellWord("my shop"))
	require.Equal(t, `'it'\''s'`, shellWord("it's"))
	require.Equal(t, `'$(x)'`, shellWord("$(x)"))
}

func TestCells(t *testing.T) {
	require.Equal(t, "GET\t/a\ufffdb\ufffd", cells([]string{"GET", "/a\tb\x1b"}))
}

func TestFreeNameOfImportsOfTests(t *testing.T) {
	for pkg, want := range map[string]string{"contract": "contractapi", "tornadotest": "tornadotestapi", "TestContract": "TestContractapi", "petapi": "petapi"} {
		require.Equal(t, want, freeName(pkg, &outline{}), pkg)
	}
}
