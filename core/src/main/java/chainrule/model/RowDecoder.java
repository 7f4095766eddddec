package chainrule.model;

import chainrule.kernel.Product;
import chainrule.kernel.Rows;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Decoder} in the form that reads and decodes fastest: rows go through kernels around packed weights, and
 * attention reads every text's cache where it lies. The new rows of all texts share one product per weight; a prompt has
 * its passes to itself, whose products may be of another number type. The residual stream and attention are float32.
 *
 * <p>It holds weights of its own. One thread at a time uses it.
 */
final class RowDecoder implements CausalLM {
    private final DecoderConfig config;
    private final Vectors vectors;
    private final List<RowBlock> blocks;
    private final RowBlock.RowNorm norm;
    private final Product head;
    private final RowBlock.Workspace work;
    private final Optional<Prefix> prefix;
    private final Rows x;
    private final Rows hidden;
    /** The rows of {@code hidden} that the head reads, where it does not read all. */
    private final Rows picked;

    private final Rows logits;
    private @Nullable Pass last;

    RowDecoder(
            DecoderConfig config,
            Vectors vectors,
            List<RowBlock> blocks,
            RowBlock.RowNorm norm,
            Product head,
            RowBlock.Workspace work,
            Optional<Prefix> prefix) {
        this.config = config;
        this.vectors = vectors;
        this.blocks = blocks;
        this.norm = norm;
        this.head = head;
        this.work = work;
        this.prefix = prefix;
        this.x = new Rows(config.width());
        this.hidden = new Rows(config.width());
        this.picked = new Rows(config.width());
        this.logits = new Rows(config.vocabulary());
    }

    /** The form of the decoder of {@code parts} for {@code compute}; they are packed by as many threads as there are. */
    static RowDecoder of(Parts parts, Compute compute) {
        var packing = new RowPacking(parts, compute);
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return packing.decoder();
        } catch (RuntimeException | Error e) {
            packing.close();
            throw e;
        }
    }

    /** The token vectors; all else is packed. */
    @Override
    public Tree parameters() {
        return vectors.parameters();
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public int context() {
        return config.context() - prefix.map(Prefix::length).orElse(0);
    }

    @Override
    public int depth() {
        return config.layers();
    }

    @Override
    public boolean tied() {
        return config.tied();
    }

    @Override
    public Tensor head(Tensor found) {
        int n = (int) found.size(0);
        try (Rows some = new Rows(config.width());
                Rows scores = new Rows(config.vocabulary())) {
            some.reserve(n);
            scores.reserve(n);
            some.tensor(n).copy_(found);
            head.apply(some, n, scores);
            return scores.tensor(n).clone();
        }
    }

    @Override
    public Cache newCache(Side side) {
        return new KeyValueCache(config, prefix);
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        throw new IllegalStateException("weights that are packed for decoding cannot be packed again");
    }

    /** Reads the texts as prompts, without a gradient; a tap sees one after the other, [1,T,..]. */
    @Override
    public Step forward(Input in, Tap tap) {
        Tap each = tap == Tap.NONE
                ? tap
                : new Tap() {
                    @Override
                    public boolean wants(Site site) {
                        return tap.wants(site);
                    }

                    @Override
                    public Tensor at(Site site, Tensor x) {
                        return tap.at(site, x.unsqueeze(0)).squeeze(0);
                    }
                };
        List<Tensor> read = new ArrayList<>();
        for (Tokens text : texts(in.tokens())) {
            try (Cache cache = newCache(Side.NONE)) {
                var segment = new Segment(text, Segment.chain(text.length()), cache, each, Segment.Kind.PROMPT);
                read.add(extend(List.of(segment)).getFirst().hidden());
            }
        }
        return new Prompt(Ops.cat(read, 0));
    }

    /** The texts of a batch. */
    private static List<Tokens> texts(Tokens batch) {
        List<Tokens> all = new ArrayList<>();
        switch (batch) {
            case Tokens.Row row -> all.add(row);
            case Tokens.Ids(Tensor ids) -> {
                for (int b = 0; b < ids.size(0); b++) {
                    all.add(new Tokens.Ids(ids.select(0, b)));
                }
            }
            case Tokens.Vectors(Tensor vectors) -> {
                for (int b = 0; b < vectors.size(0); b++) {
                    all.add(new Tokens.Vectors(vectors.select(0, b)));
                }
            }
        }
        return all;
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        try (var _ = new NoGradGuard()) {
            List<Step> prompts = segments.stream()
                    .filter(s -> s.kind() == Segment.Kind.PROMPT)
                    .map(s -> (Step) new Prompt(read(List.of(s)).hidden()))
                    .toList();
            List<Segment> decoded = segments.stream()
                    .filter(s -> s.kind() == Segment.Kind.DECODE)
                    .toList();
            if (decoded.isEmpty()) {
                return prompts;
            }
            Iterator<Step> asPrompts = prompts.iterator();
            Iterator<Step> asDecoded = read(decoded).slices().iterator();
            return segments.stream()
                    .map(s -> s.kind() == Segment.Kind.PROMPT ? asPrompts.next() : asDecoded.next())
                    .toList();
        }
    }

    private Pass read(List<Segment> segments) {
        PackedRows rows = PackedRows.of(segments, config);
        int n = rows.count();
        x.reserve(n);
        hidden.reserve(n);
        vectors.read(rows, x);
        RowBlock.see(Site.Kind.EMBEDDING, 0, x, rows);
        var angles =
                config.position() instanceof DecoderConfig.Position.Rotated(var rotary) ? rotary.at(rows.at()) : null;
        for (int l = 0; l < blocks.size(); l++) {
            blocks.get(l).apply(l, x, rows, angles);
        }
        norm.apply(x, n, hidden);
        RowBlock.see(Site.Kind.FINAL, 0, hidden, rows);
        last = new Pass(rows);
        return last;
    }

    /**
     * All rows of a pass. The logits of the rows that are wanted come of one product, when the first of them is asked for;
     * those of all rows where another is. It ends with the next pass.
     */
    private final class Pass implements Step {
        private final PackedRows rows;
        private final BitSet wanted = new BitSet();
        private int[] places = {};

        Pass(PackedRows rows) {
            this.rows = rows;
        }

        /** Each text's rows. */
        List<Step> slices() {
            return rows.places().stream()
                    .map(p -> (Step) new Slice(this, p.from(), p.count()))
                    .toList();
        }

        @Override
        public int rows() {
            return rows.count();
        }

        @Override
        public Tensor hidden() {
            return current(hidden).tensor(rows()).clone();
        }

        @Override
        public void want(int row) {
            wanted.set(row);
        }

        @Override
        public Tensor logits(int from, int to) {
            for (int row = from; row < to; row++) {
                place(row);
            }
            int first = to == from ? 0 : places[from];
            return Ops.slice(current(logits).tensor(rows()), 0, first, first + to - from)
                    .clone();
        }

        @Override
        public float[] scores(int row) {
            long place = place(row);
            Rows all = current(logits);
            return all.memory().asSlice(place * all.at(1), all.at(1)).toArray(ValueLayout.JAVA_FLOAT);
        }

        /** The place of a row's logits, which are made where they are not there. */
        private int place(int row) {
            if (places.length == 0 && wanted.get(row)) {
                head(wanted);
            } else if (places.length == 0 || places[row] < 0) {
                wanted.set(0, rows());
                head(wanted);
            }
            return places[row];
        }

        private void head(BitSet some) {
            places = new int[rows()];
            Arrays.fill(places, -1);
            int count = 0;
            picked.reserve(some.cardinality());
            for (int row = some.nextSetBit(0); row >= 0; row = some.nextSetBit(row + 1)) {
                MemorySegment.copy(
                        current(hidden).memory(), hidden.at(row), picked.memory(), picked.at(count), picked.at(1));
                places[row] = count++;
            }
            logits.reserve(rows());
            head.apply(count == rows() ? hidden : picked, count, logits);
        }

        private Rows current(Rows rows) {
            if (last != this) {
                throw new IllegalStateException("another pass has taken this step's place");
            }
            return rows;
        }
    }

    /** One text's rows of a pass. */
    private record Slice(Step all, int from, int count) implements Step {
        @Override
        public int rows() {
            return count;
        }

        @Override
        public Tensor hidden() {
            return Ops.slice(all.hidden(), 0, from, from + count);
        }

        @Override
        public void want(int row) {
            all.want(from + row);
        }

        @Override
        public Tensor logits(int first, int last) {
            return all.logits(from + first, from + last);
        }

        @Override
        public float[] scores(int row) {
            return all.scores(from + row);
        }
    }

    /** A prompt's rows, or a batch of them; logits are made for the rows that they are asked for. */
    private final class Prompt implements Step {
        private final Tensor found;

        Prompt(Tensor found) {
            this.found = found;
        }

        @Override
        public int rows() {
            return (int) found.size(0);
        }

        @Override
        public Tensor hidden() {
            return found;
        }

        @Override
        public Tensor logits(int from, int to) {
            return head(Ops.slice(found, 0, from, to));
        }
    }

    @Override
    public void close() {
        vectors.close();
        prefix.ifPresent(p -> Scope.free(p.pairs()));
        blocks.forEach(RowBlock::close);
        work.close();
        head.close();
        x.close();
        hidden.close();
        picked.close();
        logits.close();
    }
}
