// Command site writes the documentation as a static site.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/tornadogen/tornadogen/docs/internal/site"
)

func main() {
	root := flag.String("root", "..", "folder of the project")
	out := flag.String("out", "../site", "folder to write the site into; what it has is removed")
	flag.Parse()
	if err := run(*root, *out); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s/index.html\n", *out)
}

func run(root, out string) error {
	s, err := site.Read(root)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return s.Write(out)
}
