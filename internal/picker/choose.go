// A menu to pick from, and the filter that makes it shorter.

package picker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Menu is a list to pick from.
type Menu struct {
	Items []Item
	Start int // the item that is selected at first
}

// An Item is one row of a menu.
type Item struct {
	Label  string // cut to the width of the terminal; what is not visible in it is shown as a question mark
	Search string // where the words of the filter are looked for; "" means Label
}

// maxRows is how many items are shown at once.
const maxRows = 10

// Choose lets the person pick an item and returns its index; with an error it is
// -1. What is typed filters the list: all of its words must occur in an item, in
// any case. Esc clears the filter, or cancels if there is none. Nothing of the menu
// stays on the screen.
func (c *Console) Choose(ctx context.Context, m Menu) (int, error) {
	if len(m.Items) == 0 {
		return -1, errors.New("menu without items")
	}
	if c.plain() {
		return c.choosePlain(ctx, m.Items)
	}
	leave, err := c.enter()
	if err != nil {
		return -1, err
	}
	defer leave()
	ch := newChooser(c, m)
	if err := c.write(pasteOn + cursorOff); err != nil {
		return -1, err
	}
	if err := ch.refresh(); err != nil {
		return -1, err
	}
	for {
		k, err := c.key(ctx, ch.refresh)
		if err != nil {
			_ = c.write("\r" + eraseBelow)
			return -1, err
		}
		if picked, done, err := ch.press(k); done {
			if writeErr := c.write("\r" + eraseBelow); err == nil && writeErr != nil {
				return -1, writeErr
			}
			return picked, err
		}
	}
}

// A chooser is a menu while it is open.
type chooser struct {
	c      *Console
	items  []Item
	filter *filter
	typed  line // the filter's text; its cursor stays at the end

	found    []int // the items that are left
	selected int   // index in found
	top      int   // index in found of the first row

	block      *block
	cols, rows int
	fresh      bool // the screen shows all this
}

func newChooser(c *Console, m Menu) *chooser {
	ch := &chooser{c: c, items: m.Items, filter: newFilter(m.Items), block: newBlock(0)}
	ch.found = ch.filter.match("")
	ch.selected = min(max(m.Start, 0), len(m.Items)-1)
	return ch
}

// press does what the key does.
func (ch *chooser) press(k key) (picked int, done bool, err error) {
	ch.fresh = false
	switch k.kind {
	case keyEnter:
		if len(ch.found) > 0 {
			return ch.found[ch.selected], true, nil
		}
	case keyCancel:
		return -1, true, ErrCancelled
	case keyEsc, keyDeleteOrEOF:
		if ch.typed.text == "" {
			return -1, true, ErrCancelled
		}
		if k.kind == keyEsc {
			ch.refilter(key{kind: keyKillBefore})
		}
	case keyText, keyPaste, keyBackspace, keyKillWordBefore, keyKillBefore:
		ch.refilter(k)
	case keyRedraw:
		ch.block, ch.cols = newBlock(0), 0
		return -1, false, ch.c.write(clearAll)
	default:
		ch.walk(k.kind)
	}
	return -1, false, nil
}

// refilter edits the filter. The selected item stays so while it is found, else
// the first is.
func (ch *chooser) refilter(k key) {
	kept := -1
	if len(ch.found) > 0 {
		kept = ch.found[ch.selected]
	}
	if !ch.typed.edit(k) {
		return
	}
	ch.found = ch.filter.match(ch.typed.text)
	at, ok := slices.BinarySearch(ch.found, kept)
	if !ok {
		at = 0
	}
	ch.selected = at
}

// walk moves the selection. By rows it goes around the ends, by pages it stops
// there.
func (ch *chooser) walk(to kind) {
	n := len(ch.found)
	if n == 0 {
		return
	}
	page, _ := ch.height()
	switch to {
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

// height returns how many items there is room for, and whether there is a row for
// the status. A row above is left for what the menu is about.
func (ch *chooser) height() (rows int, status bool) {
	_, high := ch.c.size()
	switch {
	case high < 2:
		return 1, false
	case high < 4:
		return high - 1, true
	}
	return min(maxRows, high-2), true
}

// picture returns the rows of the menu.
func (ch *chooser) picture() []string {
	high, status := ch.height()
	if ch.selected < ch.top {
		ch.top = ch.selected
	}
	ch.top = max(ch.top, ch.selected-high+1)
	ch.top = max(min(ch.top, len(ch.found)-high), 0)

	var rows []string
	for i := ch.top; i < min(ch.top+high, len(ch.found)); i++ {
		mark, style := "  ", plain
		if i == ch.selected {
			mark, style = "> ", bold
		}
		rows = append(rows, ch.c.paint(style, fit(mark+visible(ch.items[ch.found[i]].Label), ch.cols-1)))
	}
	if len(rows) == 0 {
		rows = append(rows, fit("  nothing matches", ch.cols-1))
	}
	if status {
		rows = append(rows, ch.c.paint(dim, ch.status()))
	}
	return rows
}

// status says what is filtered and how much is left.
func (ch *chooser) status() string {
	room := ch.cols - 1
	if ch.typed.text == "" {
		long := fmt.Sprintf("%d entries, type to filter", len(ch.items))
		if len(long) > room {
			return fit(fmt.Sprintf("%d entries", len(ch.items)), room)
		}
		return long
	}
	name, gap := "filter: ", "   "
	count := fmt.Sprintf("%d of %d", len(ch.found), len(ch.items))
	if room < 2*len(name)+len(gap)+len(count) {
		name, gap = "", " " // both numbers are worth more
	}
	typed := visible(ch.typed.text)
	if room -= len(name) + len(gap) + len(count); width(typed) > room {
		typed = strings.TrimLeft(tail(typed, room), " ")
	}
	return fit(name+typed+gap+count, ch.cols-1)
}

// A filter finds items by words.
type filter struct {
	folded []string // what is searched, for each item
}

func newFilter(items []Item) *filter {
	f := &filter{folded: make([]string, len(items))}
	for i, item := range items {
		if item.Search == "" {
			item.Search = item.Label
		}
		f.folded[i] = fold(item.Search)
	}
	return f
}

// match returns the items in which all of the words occur, in their order.
func (f *filter) match(text string) []int {
	words := strings.Fields(fold(text))
	found := make([]int, 0, len(f.folded))
next:
	for i, s := range f.folded {
		for _, w := range words {
			if !strings.Contains(s, w) {
				continue next
			}
		}
		found = append(found, i)
	}
	return found
}
