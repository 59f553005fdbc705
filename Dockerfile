# weir in an image: docker run --rm -v "$PWD:/src:ro" weir check
# git is needed by --new-from and weir diff, so that the image is not empty.
FROM golang:1.26-alpine AS build
WORKDIR /weir
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /weir/weir .

FROM alpine:3
RUN apk add --no-cache git graphviz && adduser -D -u 10001 weir && git config --system --add safe.directory /src
COPY --from=build /weir/weir /usr/local/bin/weir
USER 10001
WORKDIR /src
ENTRYPOINT ["weir"]
