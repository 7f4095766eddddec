package chainrule.model;

import chainrule.kernel.Product;
import chainrule.kernel.Rows;
import chainrule.nn.Compute;
import chainrule.nn.Positions;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Decoder} in the form that decodes fastest: the new rows of all texts go through kernels that share one
 * product per weight, and attention reads every text's cache where it lies. Prompts go through the plain decoder, text by
 * text, with products in the prompts' number type around a float32 residual stream.
 *
 * <p>It holds weights of its own. One thread at a time uses it.
 */
final class RowDecoder implements CausalLM {
    private final Decoder prompts;
    private final List<RowBlock> blocks;
    private final RowBlock.RowNorm norm;
    private final Product head;
    private final RowBlock.Workspace work;
    private final Optional<Lookup> lookup;
    private final Rows x;
    private final Rows hidden;
    private final Rows logits;
    private @Nullable Pass last;

    RowDecoder(Decoder prompts, List<RowBlock> blocks, Product head, RowBlock.Workspace work) {
        this.work = work;
        this.prompts = prompts;
        this.blocks = blocks;
        this.norm = RowBlock.RowNorm.of(prompts.norm());
        this.head = head;
        this.lookup = Lookup.of(prompts);
        this.x = new Rows(prompts.config().width());
        this.hidden = new Rows(prompts.config().width());
        this.logits = new Rows(prompts.vocabulary());
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

    @Override
    public Tree parameters() {
        return prompts.parameters();
    }

    @Override
    public int vocabulary() {
        return prompts.vocabulary();
    }

    @Override
    public int context() {
        return prompts.context();
    }

    @Override
    public Step forward(Input in, Tap tap) {
        return prompts.forward(in, tap);
    }

    @Override
    public Cache newCache(Side side) {
        return prompts.newCache(side);
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return prompts.forDecoding(compute);
    }

    /** The bytes of weights that one decoded token reads. */
    long bytesPerToken() {
        return head.bytes() + blocks.stream().mapToLong(RowBlock::bytes).sum();
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        List<Segment> decoded = segments.stream().filter(RowDecoder::packs).toList();
        try (var _ = new NoGradGuard()) {
            if (decoded.isEmpty()) {
                return prompts.extend(segments);
            }
            PackedRows rows = PackedRows.of(decoded, prompts);
            Step all = decode(rows);
            List<Step> steps = new ArrayList<>();
            Iterator<PackedRows.Place> places = rows.places().iterator();
            for (Segment s : segments) {
                steps.add(packs(s) ? Slice.of(all, places.next()) : CachedPass.read(prompts, s));
            }
            return steps;
        }
    }

    private static boolean packs(Segment s) {
        return s.kind() == Segment.Kind.DECODE && !(s.tokens() instanceof Tokens.Ids);
    }

    private Step decode(PackedRows rows) {
        int n = rows.count();
        x.reserve(n);
        hidden.reserve(n);
        embed(rows);
        RowBlock.see(Site.Kind.EMBEDDING, 0, x, rows);
        var angles = prompts.positions() instanceof Positions.Rotated(var rotary) ? rotary.at(rows.at()) : null;
        for (int l = 0; l < blocks.size(); l++) {
            blocks.get(l).apply(l, x, rows, angles);
        }
        norm.apply(x, n, hidden);
        RowBlock.see(Site.Kind.FINAL, 0, hidden, rows);
        last = new Pass(n);
        return last;
    }

    private void embed(PackedRows rows) {
        Optional<int[]> ids = rows.ids();
        if (ids.isPresent() && lookup.isPresent()) {
            for (int i = 0; i < rows.count(); i++) {
                lookup.get().read(ids.get()[i], x.memory(), x.at(i));
            }
            return;
        }
        for (PackedRows.Place p : rows.places()) {
            embed(p.segment().tokens(), Arrays.copyOfRange(rows.at(), p.from(), p.from() + p.count()), p.from());
        }
    }

    private void embed(Tokens tokens, int[] at, int from) {
        try (var _ = new Scope()) {
            Tensor vectors = prompts.embed(tokens, at).to(ScalarType.Float).contiguous();
            x.memory().asSlice(x.at(from), x.at(at.length)).copyFrom(Ops.segment(vectors));
        }
    }

    /** All decoded rows of a pass; their logits come of one product, when first asked for. It ends with the next pass. */
    private final class Pass implements Step {
        private final int n;
        private boolean headed;

        Pass(int n) {
            this.n = n;
        }

        @Override
        public int rows() {
            return n;
        }

        @Override
        public Tensor hidden() {
            return current(hidden).tensor(n).clone();
        }

        @Override
        public Tensor logits(int from, int to) {
            return Ops.slice(all().tensor(n), 0, from, to).clone();
        }

        @Override
        public float[] scores(int row) {
            Rows scores = all();
            return scores.memory().asSlice(scores.at(row), scores.at(1)).toArray(ValueLayout.JAVA_FLOAT);
        }

        private Rows all() {
            if (!headed) {
                logits.reserve(n);
                head.apply(current(hidden), n, logits);
                headed = true;
            }
            return current(logits);
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
        static Slice of(Step all, PackedRows.Place p) {
            return new Slice(all, p.from(), p.count());
        }

        @Override
        public int rows() {
            return count;
        }

        @Override
        public Tensor hidden() {
            return Ops.slice(all.hidden(), 0, from, from + count);
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

    @Override
    public void close() {
        prompts.close();
        blocks.forEach(RowBlock::close);
        work.close();
        head.close();
        x.close();
        hidden.close();
        logits.close();
    }
}
