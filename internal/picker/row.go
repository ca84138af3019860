// How an item is shown in one row of a menu.

package picker

import (
	"strings"

	"github.com/rivo/uniseg"
)

// A piece is a part of a row: characters that all match what is typed, or that all do not.
type piece struct {
	text  string
	match bool
}

// minDetail is the number of columns below which a shortened detail is left out.
const minDetail = 8

// row returns the row of an entry for a number of columns: "NAME, DETAIL (ID)", the form of
// the AWS CLI's list of accounts. If that is too wide, first the detail is shortened or left
// out, then the name is shortened. The ID is cut only if it is wider than the row.
func (e *entry) row(cols int, words []word) []piece {
	marks := e.marks(words)
	name, id, detail := &e[nameField], &e[idField], &e[detailField]
	if name.text == "" {
		name, detail = detail, &e[nameField]
		marks[nameField], marks[detailField] = marks[detailField], marks[nameField]
	}
	if name.text == "" {
		return pieces(id.text, marks[idField], cols)
	}
	var end []piece
	if id.text != "" {
		end = append(end, piece{text: " ("})
		end = append(end, pieces(id.text, marks[idField], width(id.text))...)
		end = append(end, piece{text: ")"})
	}
	room := cols - columns(end)
	if room < 2 && id.text != "" {
		return pieces(id.text, marks[idField], cols)
	}
	row := pieces(name.text, marks[nameField], room)
	room -= columns(row) + len(", ")
	if detail.text != "" && room >= min(minDetail, width(detail.text)) {
		row = append(append(row, piece{text: ", "}), pieces(detail.text, marks[detailField], room)...)
	}
	return append(row, end...)
}

// ellipsis is shown for characters that were cut off.
const ellipsis = "…"

// pieces cuts the text to a number of columns and splits it at the ends of what is marked.
// A character matches as a whole, with its combining marks, if any of it is marked.
func pieces(text string, marks []int, cols int) []piece {
	cut := fit(text, cols)
	shown, shortened := strings.CutSuffix(cut, ellipsis)
	if cut == text {
		shown, shortened = text, false
	}
	var list []piece
	add := func(s string, match bool) {
		if n := len(list); n > 0 && list[n-1].match == match {
			list[n-1].text += s
			return
		}
		list = append(list, piece{s, match})
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
		add(char, match)
	}
	if shortened {
		add(ellipsis, false)
	}
	return list
}

// columns is the number of columns that the pieces take.
func columns(list []piece) int {
	n := 0
	for _, p := range list {
		n += width(p.text)
	}
	return n
}
