package main

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// latin writes letters that are ASCII letters with marks, or stand for some, as these: "Größe" gives "Grosse". The marks that it
// leaves behind, and all other letters, are for its callers to drop.
func latin(text string) string { return norm.NFD.String(ligatures.Replace(text)) }

// ligatures are the letters that no decomposition of Unicode takes apart.
var ligatures = strings.NewReplacer(
	"ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "AE", "œ", "oe", "Œ", "OE", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L",
	"đ", "d", "Đ", "D", "ð", "d", "Ð", "D", "þ", "th", "Þ", "TH", "ħ", "h", "Ħ", "H", "ı", "i",
)
