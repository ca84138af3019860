package call

import (
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// Paging says which part of a result is wanted, and in how large pages it is
// fetched.
type Paging struct {
	MaxItems      *int64 // nil means all
	PageSize      *int64 // nil leaves it to the service
	StartingToken string // "" means from the beginning; otherwise what ResumeToken gave, or a token of the service
}

// A Pager fetches the result of an operation page by page. Use it once.
type Pager struct {
	client *Client
	svc    *model.Service
	op     *model.Operation
	paging Paging
	input  *document.Object

	skip    int   // items of the first page that an earlier run has shown
	now     token // that the page at hand was asked with
	resume  string
	nonAggr *document.Object
	reduced bool // Results has been asked for the first page
}

// CanPage says whether the operation's result comes in pages.
func CanPage(op *model.Operation) bool { return op.Paginator != nil && len(op.Paginator.Result) > 0 }

// Pages returns a pager for an operation that [CanPage]. It fails on a starting
// token that is none, and on a size of pages where that cannot be chosen.
func (c *Client) Pages(svc *model.Service, op *model.Operation, input *document.Object, paging Paging) (*Pager, error) {
	if !CanPage(op) {
		return nil, fmt.Errorf("operation %s: it has no pages", op.Name)
	}
	p := &Pager{client: c, svc: svc, op: op, paging: paging, input: new(document.Object), nonAggr: new(document.Object)}
	for name, v := range input.All() {
		p.input.Set(name, v)
	}
	if paging.PageSize == nil && largePages(svc, op, p.input) {
		paging.PageSize = new(int64(1000))
	}
	if paging.PageSize != nil {
		if op.Paginator.Limit == "" {
			return nil, &InputError{op.Name, "PageSize parameter is not supported for the pagination interface for this operation."}
		}
		p.input.Set(op.Paginator.Limit, p.pageSize(*paging.PageSize))
	}
	p.now = make(token, len(op.Paginator.Input))
	for i, name := range op.Paginator.Input {
		p.now[i].name = name
	}
	if paging.StartingToken == "" {
		return p, nil
	}
	var err error
	if p.now, p.skip, err = readToken(op.Paginator.Input, paging.StartingToken); err != nil {
		return nil, err
	}
	p.use(p.now)
	return p, nil
}

// largePages says whether the AWS CLI asks for pages of 1000 by itself: of volumes
// and snapshots, unless some of them are named.
func largePages(svc *model.Service, op *model.Operation, input *document.Object) bool {
	if svc.Name != "ec2" || op.Name != "DescribeVolumes" && op.Name != "DescribeSnapshots" {
		return false
	}
	for name := range input.All() {
		switch name {
		case "NextToken", "DryRun":
		case "OwnerIds", "RestorableByUserIds":
			if op.Name != "DescribeSnapshots" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// pageSize is the size in the type that the model wants.
func (p *Pager) pageSize(n int64) any {
	if m := p.op.Input.Shape.Member(p.op.Paginator.Limit); m != nil && m.Shape.Kind == model.String {
		return fmt.Sprint(n)
	}
	return n
}
