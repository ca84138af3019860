# The image of the emulator. scripts/image builds it.
FROM scratch
COPY --chmod=0755 lanyard /lanyard
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/lanyard", "emulator"]
CMD ["--expose", "--listen", "0.0.0.0:8080"]
