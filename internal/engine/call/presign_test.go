package call

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// The URLs come from the AWS CLI 2.36.7 with the same keys and the same time (s3 presign, eks
// get-token).
func TestPresignGET(t *testing.T) {
	const tail = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261129%2Fus-east-1%2F"
	tests := []struct {
		name, bucket, key, token, endpoint string
		seconds                            int64
		want                               string
	}{
		{
			"odd characters", "b-1", "a b+ü/x?y", "", "", 60,
			"https://b-1.s3.us-east-1.amazonaws.com/a%20b%2B%C3%BC/x%3Fy?" + tail + "s3%2Faws4_request&X-Amz-Date=20261129T120000Z&X-Amz-Expires=60&" +
				"X-Amz-SignedHeaders=host&X-Amz-Signature=4013c3ba4d173eb7672bdc0c276c3f8520b252b2dc1f9b8b655ae47fcc85b9fd",
		},
		{
			"a session token", "b.1", "k", "tok/+=", "", 3600,
			"https://s3.us-east-1.amazonaws.com/b.1/k?" + tail + "s3%2Faws4_request&X-Amz-Date=20261129T120000Z&X-Amz-Expires=3600&" +
				"X-Amz-SignedHeaders=host&X-Amz-Security-Token=tok%2F%2B%3D&X-Amz-Signature=2b92f131a94464578b8239cc01067c31bb45c9a7b9188b18d47a3b70ecf28e42",
		},
		{
			"another endpoint", "b-1", "k", "", "http://127.0.0.1:99/x", 3600,
			"http://127.0.0.1:99/x/b-1/k?" + tail + "s3%2Faws4_request&X-Amz-Date=20261129T120000Z&X-Amz-Expires=3600&" +
				"X-Amz-SignedHeaders=host&X-Amz-Signature=912be98037f3caa6133593e002c645359462aac510d2f536fda73a046067109e",
		},
	}
	svc, err := model.Load("s3api")
	if err != nil {
		t.Fatal(err)
	}
	getObject, ok := svc.Operation("get-object")
	if !ok {
		t.Fatal("no operation get-object")
	}
	for _, tt := range tests {
		c := &Client{
			Region: "us-east-1", Endpoint: tt.endpoint, Now: func() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) },
			Credentials: Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: secret.New("x"), SessionToken: secret.New(tt.token)},
		}
		input := new(document.Object)
		input.Set("Bucket", tt.bucket)
		input.Set("Key", tt.key)
		if got, err := c.PresignGET(t.Context(), svc, getObject, input, tt.seconds, nil); err != nil || got != tt.want {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, got, tt.want)
		}
	}
	if _, err := new(Client).PresignGET(t.Context(), svc, getObject, nil, 1, nil); err == nil {
		t.Error("a presigned URL without a bucket and without credentials")
	}
}
