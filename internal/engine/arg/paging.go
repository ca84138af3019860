// The options for pages: --max-items, --page-size, --starting-token.

package arg

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A page names one of the paging options.
type page uint8

const (
	noPage page = iota
	startingToken
	pageSize
	maxItems
)

// pagingConfig is what the options for pages are called as a member. It is one only
// of a mistake: pages are not followed, and the option was given all the same.
const pagingConfig = "PaginationConfig"

// paginated reports whether the AWS CLI follows the pages of the operation.
func paginated(op *model.Operation) bool {
	return op.Paginator != nil && len(op.Paginator.Input) > 0 && len(op.Paginator.Result) > 0
}

// pagingMembers returns the members of the input that select a page.
func pagingMembers(op *model.Operation) []string {
	if op.Paginator == nil {
		return nil
	}
	names := append([]string(nil), op.Paginator.Input...)
	if op.Paginator.Limit != "" {
		names = append(names, op.Paginator.Limit)
	}
	return names
}

// addPaging adds the options for pages. One with a member's name takes its place
// until it is known that pages are not followed.
func (t *table) addPaging() {
	if !paginated(t.op) {
		return
	}
	kind := model.Integer
	t.addPage(startingToken, "--starting-token", model.String)
	if m := t.op.Input.Shape.Member(t.op.Paginator.Limit); m != nil {
		kind = m.Shape.Kind
		t.addPage(pageSize, "--page-size", kind)
	}
	t.addPage(maxItems, "--max-items", kind)
}

func (t *table) addPage(p page, name string, kind model.Kind) {
	if old := t.byName[name]; old != nil {
		t.shadowed = append(t.shadowed, old)
	}
	o := &option{name: name, page: p, typeName: kind.String()}
	if kind == model.Integer || kind == model.Long {
		o.number = "int"
	}
	t.add(o)
}

// settlePaging decides by the options given whether pages are followed. If not, it
// puts back the members that paging options replace.
func (t *table) settlePaging(in *Input, w *words, noPaginate bool) error {
	if !paginated(t.op) {
		return nil
	}
	for _, name := range pagingMembers(t.op) {
		d := dest("--" + model.CLIName(name))
		if w.values[d] != nil && d != "max_items" {
			in.Paginate = false
		}
	}
	if in.Paginate {
		return nil
	}
	shadowed := make(map[string]bool)
	for _, o := range t.shadowed {
		shadowed[o.dest] = true
	}
	var used []string
	for _, d := range []string{"starting_token", "page_size", "max_items"} {
		if v := w.values[d]; v != nil && !shadowed[d] && !t.isNothing(d, v) {
			used = append(used, "--"+strings.ReplaceAll(d, "_", "-"))
		}
	}
	if used != nil {
		return &UsageError{Message: "Cannot specify --no-paginate along with pagination arguments: " + strings.Join(used, ", ")}
	}
	for _, o := range t.shadowed {
		t.add(o)
	}
	return nil
}

// isNothing reports whether Python takes the value for false.
func (t *table) isNothing(dest string, v *given) bool {
	n, err := parseInt(v.words[0])
	o := t.byName["--"+strings.ReplaceAll(dest, "_", "-")]
	return v.words[0] == "" || o.number == "int" && err == nil && n == 0
}

// setPaging takes over an option for pages.
func (p *parser) setPaging(in *Input, o *option, v *given) error {
	if o.page == startingToken {
		in.Paging.StartingToken = v.words[0]
		p.noToken = v.words[0] == ""
		return p.pageFile(in, o, v)
	}
	n, err := parseInt(v.words[0])
	if err != nil {
		return err
	}
	if o.page == pageSize {
		in.Paging.PageSize = &n
		return nil
	}
	in.Paging.MaxItems = &n
	if n <= 0 {
		in.Warnings = append(in.Warnings, "warning: Non-positive values for --max-items may result in undefined behavior.")
	}
	return nil
}

// pageFile reads the token from a file, if it is the name of one.
func (p *parser) pageFile(in *Input, o *option, v *given) error {
	loaded, err := p.load(o, v.words[0])
	if text, ok := loaded.(string); ok && err == nil {
		in.Paging.StartingToken = text
	}
	return err
}

// firstPage returns what is sent for the first page, as far as it can be wrong.
func (p *parser) firstPage(in *Input) *document.Object {
	if !in.Paginate {
		return in.Document
	}
	d := copyOf(in.Document)
	if p.noToken {
		for _, name := range p.op.Paginator.Input {
			d.Set(name, "")
		}
	}
	m := p.op.Input.Shape.Member(p.op.Paginator.Limit)
	switch size := in.Paging.PageSize; {
	case m == nil || size == nil:
	case m.Shape.Kind == model.String:
		d.Set(m.Name, strconv.FormatInt(*size, 10))
	default:
		d.Set(m.Name, *size)
	}
	return d
}

// whole are the operations of EC2 that would bring everything there is on one page,
// with the members that do not make it less.
var whole = map[string][]string{
	"DescribeVolumes":   {"NextToken", "DryRun"},
	"DescribeSnapshots": {"NextToken", "DryRun", "OwnerIds", "RestorableByUserIds"},
}

// limitPages sets a page's size where the AWS CLI does.
func (p *parser) limitPages(in *Input) {
	members, ok := whole[p.op.Name]
	if p.o.Service != "ec2" || !ok || !in.Paginate || in.Paging.PageSize != nil {
		return
	}
	for name := range in.Document.All() {
		if !slices.Contains(members, name) {
			return
		}
	}
	size := int64(1000)
	in.Paging.PageSize = &size
}
