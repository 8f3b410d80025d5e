# bingo's service from the archive: mvn -Parchive -Dquick -DskipTests package, then docker build -t bingo .
# The archive brings no Java; the image has Debian's.
FROM debian:bookworm-slim AS unpacked
COPY archive/target/bingo-*-linux-x86_64.tar.gz /tmp/
RUN mkdir /opt/bingo && tar -xzf /tmp/bingo-*-linux-x86_64.tar.gz -C /opt/bingo --strip-components=1

FROM debian:bookworm-slim
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home bingo
COPY --from=unpacked /opt/bingo /opt/bingo
# The class archive is made here, as nobody can write below /opt later.
RUN ln -s /opt/bingo/bin/bingo /usr/local/bin/bingo && bingo --version
# Volumes that are mounted here begin with this owner.
RUN mkdir /labels /home/bingo/index && chown bingo /labels /home/bingo/index
USER bingo
WORKDIR /home/bingo
# Native libraries are unpacked once, here and not at each start.
RUN bingo doctor
ENTRYPOINT ["bingo"]
CMD ["--help"]
