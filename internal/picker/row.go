// This file shows an item in one row of a menu.

package picker

import (
	"strings"

	"github.com/rivo/uniseg"
)

// A piece is a part of a row. Either all of its characters match a typed word, or no
// character does.
type piece struct {
	text  string
	match bool
}

// add appends a piece to a row. It joins the piece with the last piece if match is the same.
func add(row []piece, text string, match bool) []piece {
	if n := len(row); n > 0 && row[n-1].match == match {
		row[n-1].text += text
		return row
	}
	return append(row, piece{text, match})
}

// minDetail is the smallest width of a shortened detail, in columns. A shorter detail is left
// out.
const minDetail = 8

// row returns the row of an entry for a number of columns: "NAME, DETAIL (ID)", as in the AWS
// CLI's list of accounts. If that is too wide, row first shortens or leaves out the detail,
// and then shortens the name. It cuts the ID only if the ID is wider than the row.
func (e *entry) row(cols int, words []word) []piece {
	marks := e.marks(words)
	name, id, detail := &e[nameField], &e[idField], &e[detailField]
	if name.text == "" {
		name, detail = detail, &e[nameField]
		marks[nameField], marks[detailField] = marks[detailField], marks[nameField]
	}
	if name.text == "" {
		return addField(nil, id.text, marks[idField], cols)
	}
	room := cols - width(id.text)
	if id.text != "" {
		room -= len(" ()")
		if room < 2 {
			return addField(nil, id.text, marks[idField], cols)
		}
	}
	row := addField(nil, name.text, marks[nameField], room)
	room -= columns(row) + len(", ")
	if detail.text != "" && room >= min(minDetail, width(detail.text)) {
		row = addField(add(row, ", ", false), detail.text, marks[detailField], room)
	}
	if id.text != "" {
		row = add(addField(add(row, " (", false), id.text, marks[idField], width(id.text)), ")", false)
	}
	return row
}

// ellipsis replaces the characters that were cut off.
const ellipsis = "…"

// addField appends a text, shortened to a number of columns. A letter and its combining marks
// are highlighted together if one of them is marked.
func addField(row []piece, text string, marks []int, cols int) []piece {
	shown, shortened := fit(text, cols), false
	if shown != text {
		shown, shortened = strings.CutSuffix(shown, ellipsis)
	}
	at, state := 0, -1
	for shown != "" {
		var char string
		char, shown, _, state = uniseg.FirstGraphemeClusterInString(shown, state)
		at += len(char)
		match := false
		for len(marks) > 0 && marks[0] < at {
			match, marks = true, marks[1:]
		}
		row = add(row, char, match)
	}
	if shortened {
		row = add(row, ellipsis, false)
	}
	return row
}

// withMark puts a mark at the beginning of a row.
func withMark(mark string, row []piece) []piece {
	marked := []piece{{text: mark}}
	for _, p := range row {
		marked = add(marked, p.text, p.match)
	}
	return marked
}

// columns returns the number of columns that the pieces take.
func columns(list []piece) int {
	n := 0
	for _, p := range list {
		n += width(p.text)
	}
	return n
}
