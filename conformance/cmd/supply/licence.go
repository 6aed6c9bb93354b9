package main

import (
	"os"
	"path/filepath"
	"strings"
)

// allowed are the licences of what may be linked: those that ask for their text or nothing, and MPL, which asks for the source of its own files.
var allowed = []string{"Unlicense", "Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause", "ISC", "MPL-2.0", "Apache-2.0 and MIT"}

// phrases tell licences apart, the first that fits.
var phrases = []struct{ licence, phrase string }{
	{"GPL", "GNU GENERAL PUBLIC LICENSE"},
	{"GPL", "GNU LESSER GENERAL PUBLIC LICENSE"},
	{"GPL", "GNU AFFERO GENERAL PUBLIC LICENSE"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"Apache-2.0 and MIT", "covered by the MIT and Apache"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"Unlicense", "This is free and unencumbered software released into the public domain."},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
}

// licenceOf reads the licence of the module in dir, "" if there is none, or one that is not known.
func licenceOf(dir string) string {
	files, err := filepath.Glob(filepath.Join(dir, "[LlCcUu][IiOoNn][CcPpLl]*"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		words := strings.Join(strings.Fields(string(text)), " ")
		for _, p := range phrases {
			if strings.Contains(words, p.phrase) {
				return p.licence
			}
		}
	}
	return ""
}
