// The paging options: --max-items, --page-size, --starting-token.

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

// pagingConfig is the AWS CLI's name for the paging options in the input. If the command line has
// a paging option but pages are not fetched, it stays in the input, and validation reports it.
const pagingConfig = "PaginationConfig"

// paginated reports whether the AWS CLI fetches all pages of the operation.
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

// hidePages hides the members that select a page.
func (t *table) hidePages() {
	if !paginated(t.op) {
		return
	}
	for _, name := range pagingMembers(t.op) {
		if o := t.byName["--"+model.CLIName(name)]; o != nil {
			o.hidden = true
		}
	}
}

// addPaging adds the paging options. If a member has the name of a paging option, the option
// replaces the member until settlePaging restores it.
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

// settlePaging decides whether to fetch all pages. If not, it restores the members that paging
// options have replaced.
func (t *table) settlePaging(input *Input, w *words, noPaginate bool) error {
	if !paginated(t.op) {
		return nil
	}
	for _, name := range pagingMembers(t.op) {
		d := dest("--" + model.CLIName(name))
		if w.values[d] != nil && d != "max_items" {
			input.Paginate = false
		}
	}
	for _, d := range t.onePage {
		if w.values[d] != nil {
			input.Paginate = false
		}
	}
	if input.Paginate {
		return nil
	}
	shadowed := make(map[string]bool)
	for _, o := range t.shadowed {
		shadowed[o.dest] = true
	}
	var used []string
	for _, d := range []string{"starting_token", "page_size", "max_items"} {
		if v := w.values[d]; v != nil && !shadowed[d] && !t.isFalsy(d, v) {
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

// isFalsy reports whether Python would treat the value as false.
func (t *table) isFalsy(dest string, v *optionValue) bool {
	n, err := parseInt(v.words[0])
	o := t.byName["--"+strings.ReplaceAll(dest, "_", "-")]
	return v.words[0] == "" || o.number == "int" && err == nil && n == 0
}

// setPaging stores the value of a paging option.
func (p *parser) setPaging(input *Input, o *option, v *optionValue) error {
	if o.page == startingToken {
		input.Paging.StartingToken = v.words[0]
		p.noToken = v.words[0] == ""
		return p.pageFile(input, o, v)
	}
	n, err := parseInt(v.words[0])
	if err != nil {
		return err
	}
	if o.page == pageSize {
		input.Paging.PageSize = &n
		return nil
	}
	input.Paging.MaxItems = &n
	if n <= 0 {
		input.Warnings = append(input.Warnings, "warning: Non-positive values for --max-items may result in undefined behavior.")
	}
	return nil
}

// pageFile reads the starting token from a file, if the value of the option names a file.
func (p *parser) pageFile(input *Input, o *option, v *optionValue) error {
	loaded, err := p.load(o, v.words[0])
	if text, ok := loaded.(string); ok && err == nil {
		input.Paging.StartingToken = text
	}
	return err
}

// firstPage returns the input for the first page, for validation.
func (p *parser) firstPage(input *Input) *document.Object {
	if !input.Paginate {
		return input.Document
	}
	d := copyOf(input.Document)
	if p.noToken {
		for _, name := range p.op.Paginator.Input {
			d.Set(name, "")
		}
	}
	m := p.op.Input.Shape.Member(p.op.Paginator.Limit)
	switch size := input.Paging.PageSize; {
	case m == nil || size == nil:
	case m.Shape.Kind == model.String:
		d.Set(m.Name, strconv.FormatInt(*size, 10))
	default:
		d.Set(m.Name, *size)
	}
	return d
}

// whole lists the EC2 operations that would return all items on one page. Each operation has the
// members that do not reduce the number of items.
var whole = map[string][]string{
	"DescribeVolumes":   {"NextToken", "DryRun"},
	"DescribeSnapshots": {"NextToken", "DryRun", "OwnerIds", "RestorableByUserIds"},
}

// limitPages sets a page size for the EC2 operations in whole, as the AWS CLI does. If the input
// has a member that whole does not list, limitPages does nothing.
func (p *parser) limitPages(input *Input) {
	members, ok := whole[p.op.Name]
	if p.o.Service != "ec2" || p.o.Waiter || !ok || !input.Paginate || input.Paging.PageSize != nil {
		return
	}
	for name := range input.Document.All() {
		if !slices.Contains(members, name) {
			return
		}
	}
	size := int64(1000)
	input.Paging.PageSize = &size
}
