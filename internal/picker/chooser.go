// This file handles the keys of a menu and draws it.

package picker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/style"
)

// A chooser shows a menu and handles the keys until the user has picked an item.
type chooser struct {
	c       *Console
	title   string
	ranking *ranking
	preview func(item int) []Fact
	typed   line // the text of the filter; its cursor stays at the end

	many   bool         // the user can mark items
	marked map[int]bool // the marked items

	found    []int // the items that match, the best item first
	late     bool  // found does not belong to the typed text yet; see search
	selected int   // index in found
	kept     int   // the item that was selected before the last search
	top      int   // index in found of the first row

	block      *block
	cols, rows int
	fresh      bool // the screen is up to date
}

func newChooser(c *Console, m Menu, many bool) *chooser {
	ch := &chooser{
		c: c, title: visible(m.Title), ranking: newRanking(m.Items), preview: m.Preview,
		many: many, marked: map[int]bool{}, block: newBlock(0),
	}
	ch.found = ch.ranking.rank("")
	ch.selected = min(max(m.Start, 0), len(m.Items)-1)
	ch.top = ch.selected + maxRows // far away, so that scroll centers the item
	ch.typed.set(typable(m.Typed))
	ch.late = ch.typed.text != ""
	return ch
}

// press handles a key.
func (ch *chooser) press(k key) (picked []int, done bool, err error) {
	ch.fresh = false
	switch k.kind {
	case keyEnter:
		picked := ch.picked()
		return picked, len(picked) > 0, nil
	case keyCancel:
		return nil, true, ErrCancelled
	case keyEsc:
		if ch.typed.text == "" {
			return nil, true, errEsc
		}
		ch.refilter(key{kind: keyKillBefore})
	case keyDeleteOrEOF:
		if ch.typed.text == "" {
			return nil, true, ErrCancelled
		}
	case keyText, keyPaste, keyBackspace, keyKillWordBefore, keyKillBefore:
		ch.refilter(k)
	case keyRedraw:
		ch.block, ch.cols = newBlock(0), 0
		return nil, false, ch.c.write(clearAll)
	case keyTab, keyBackTab:
		ch.toggle(k.kind)
	default:
		ch.walk(k.kind)
	}
	return nil, false, nil
}

// picked returns the marked items, or else the selected item.
func (ch *chooser) picked() []int {
	ch.search()
	switch {
	case len(ch.marked) > 0:
		var picked []int
		for item := range ch.marked {
			picked = append(picked, item)
		}
		slices.Sort(picked)
		return picked
	case len(ch.found) > 0:
		return []int{ch.found[ch.selected]}
	}
	return nil
}

// refilter edits the filter.
func (ch *chooser) refilter(k key) {
	if ch.typed.edit(k) {
		ch.late = true
	}
}

// search brings the found items up to date and selects the best match. If the filter is empty,
// the selected item stays selected.
//
// A key that edits the filter does not search yet. If more keys have arrived, the menu handles
// them first, and then searches once.
func (ch *chooser) search() {
	if !ch.late {
		return
	}
	ch.late = false
	if len(ch.found) > 0 {
		ch.kept = ch.found[ch.selected]
	}
	ch.found, ch.selected = ch.ranking.rank(ch.typed.text), 0
	if strings.TrimSpace(ch.typed.text) == "" {
		ch.selected = ch.kept // without a filter, the index in found is the item's own index
	}
}

// toggle marks the selected item, or removes its mark. Then it selects the next item, or the
// previous item for Shift-Tab. At an end of the list, the selection does not move.
func (ch *chooser) toggle(key kind) {
	ch.search()
	if !ch.many || len(ch.found) == 0 {
		return
	}
	if item := ch.found[ch.selected]; ch.marked[item] {
		delete(ch.marked, item)
	} else {
		ch.marked[item] = true
	}
	if key == keyBackTab {
		ch.selected = max(ch.selected-1, 0)
	} else {
		ch.selected = min(ch.selected+1, len(ch.found)-1)
	}
}

// walk moves the selection. Up and Down continue at the other end of the list. Page Up and
// Page Down stop at the ends.
func (ch *chooser) walk(key kind) {
	ch.search()
	n := len(ch.found)
	if n == 0 {
		return
	}
	page := ch.height().items
	switch key {
	case keyUp:
		ch.selected = (ch.selected + n - 1) % n
	case keyDown:
		ch.selected = (ch.selected + 1) % n
	case keyPageUp:
		ch.selected = max(ch.selected-page, 0)
	case keyPageDown:
		ch.selected = min(ch.selected+page, n-1)
	case keyHome:
		ch.selected = 0
	case keyEnd:
		ch.selected = n - 1
	}
}

// refresh brings the screen up to date.
func (ch *chooser) refresh() error {
	before := ""
	if cols, rows := ch.c.size(); cols != ch.cols || rows != ch.rows {
		if ch.cols != 0 {
			before = "\r" + eraseBelow
		}
		ch.cols, ch.rows, ch.fresh, ch.block = cols, rows, false, newBlock(0)
	}
	if ch.fresh {
		return nil
	}
	ch.fresh = true
	if s := before + ch.block.draw(ch.picture(), 0); s != "" {
		return ch.c.write(s)
	}
	return nil
}

const (
	maxRows = 10 // the number of items that a menu shows at once

	factRows    = 4  // the rows of a preview
	minForFacts = 60 // a terminal with fewer columns shows no preview
	minBeside   = 5  // the number of items that must fit above a preview
)

// A plan says which parts of a menu fit on the terminal. One row stays free for the text above
// the menu.
type plan struct {
	items                  int // the number of items
	title, status, preview bool
}

// height plans the menu.
func (ch *chooser) height() plan {
	cols, rows := ch.c.size()
	switch {
	case rows < 2:
		return plan{items: 1}
	case rows < 4:
		return plan{items: rows - 1, status: true}
	}
	p := plan{items: rows - 2, status: true}
	if ch.title != "" && rows > 4 {
		p.title = true
		p.items--
	}
	if ch.preview != nil && cols >= minForFacts && p.items >= minBeside+factRows {
		p.preview = true
		p.items -= factRows
	}
	p.items = min(p.items, maxRows)
	return p
}

// scroll moves the rows so that the selected item is visible. A step scrolls by one row; a
// jump puts the item into the middle.
func (ch *chooser) scroll(rows int) {
	switch last := ch.top + rows - 1; {
	case ch.selected == ch.top-1:
		ch.top--
	case ch.selected == last+1:
		ch.top++
	case ch.selected < ch.top || ch.selected > last:
		ch.top = ch.selected - rows/2
	}
	ch.top = max(min(ch.top, len(ch.found)-rows), 0)
}

// picture returns the rows of the menu.
func (ch *chooser) picture() []string {
	ch.search()
	p := ch.height()
	ch.scroll(p.items)
	room := ch.cols - 1

	var rows []string
	if p.title {
		rows = append(rows, fit(ch.title, room))
	}
	words := typedWords(ch.typed.text)
	for i := ch.top; i < min(ch.top+p.items, len(ch.found)); i++ {
		rows = append(rows, ch.row(i, room, words))
	}
	if len(ch.found) == 0 {
		rows = append(rows, fit("  nothing matches", room))
	}
	if p.status {
		rows = append(rows, ch.c.Style.Dim(ch.status(room)))
	}
	if p.preview && len(ch.found) > 0 {
		rows = append(rows, ch.facts(room)...)
	}
	return rows
}

// row returns the row of a found item.
func (ch *chooser) row(i, room int, words []word) string {
	mark, paint := " ", style.Palette{}.Selected // this Palette changes nothing
	if i == ch.selected {
		mark, paint = ">", ch.c.Style.Selected
	}
	if ch.marked[ch.found[i]] {
		mark += "*"
	} else if ch.many {
		mark += " "
	}
	mark += " "
	row := ""
	for _, p := range withMark(fit(mark, room), ch.ranking.entry(ch.found[i]).row(room-len(mark), words)) {
		if p.match {
			row += ch.c.match(p.text)
		} else {
			row += paint(p.text)
		}
	}
	return row
}

// facts returns the rows of the preview.
func (ch *chooser) facts(room int) []string {
	list := ch.preview(ch.found[ch.selected])
	list = list[:min(len(list), factRows)]
	labels := 0
	for _, f := range list {
		labels = max(labels, width(visible(f.Label)))
	}
	var rows []string
	for _, f := range list {
		label := visible(f.Label)
		label = "  " + label + strings.Repeat(" ", labels-width(label)+2)
		rows = append(rows, ch.c.Style.Dim(fit(label, room))+fit(visible(f.Text), room-width(label)))
	}
	return rows
}

// status returns the menu's last row: the typed text and the position, such as 3/40. It uses
// the longest form that fits. If no form fits, it drops the start of the typed text.
func (ch *chooser) status(room int) string {
	all, n := len(ch.ranking.items), len(ch.found)
	marked, keys := "", "   type to filter"
	if ch.many {
		keys = "   type to filter, Tab to mark"
	}
	if len(ch.marked) > 0 {
		marked = fmt.Sprintf("   %d marked", len(ch.marked))
	}
	if ch.typed.text == "" {
		at := fmt.Sprintf("%d/%d", ch.selected+1, all) + marked
		if width(at+keys) <= room {
			return at + keys
		}
		return fit(at, room)
	}
	typed := visible(ch.typed.text)
	at, short := fmt.Sprintf("%d of %d %s (%d)", ch.selected+1, n, matches(n), all), fmt.Sprintf("%d/%d", ch.selected+1, n)
	if n == 0 {
		at, short = fmt.Sprintf("no matches (%d)", all), "0/0"
	}
	at, short = at+marked, short+marked
	for _, form := range []string{"filter: " + typed + "   " + at, typed + "   " + at, typed + " " + short} {
		if width(form) <= room {
			return form
		}
	}
	return fit(strings.TrimLeft(tail(typed, room-len(short)-1), " ")+" "+short, room)
}

func matches(n int) string {
	if n == 1 {
		return "match"
	}
	return "matches"
}
