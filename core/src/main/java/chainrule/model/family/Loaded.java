package chainrule.model.family;

import chainrule.BadInput;
import chainrule.checkpoint.TensorFile;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Part;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Parameters out of a checkpoint, as float32 or as they are quantised there, under a family's names. */
final class Loaded implements Init {
    private record Place(Stored stored, int index) {}

    private final TensorFile source;
    private final String prefix;
    private final boolean quantised;
    private final Map<String, Place> places = new HashMap<>();

    /** @param quantised whether matrices that are quantised in the file stay so, where a parameter is all of one */
    Loaded(TensorFile source, List<Stored> layout, String prefix, boolean quantised) {
        this.source = source;
        this.prefix = prefix;
        this.quantised = quantised;
        for (Stored stored : layout) {
            for (int i = 0; i < stored.ours().size(); i++) {
                places.put(stored.ours().get(i), new Place(stored, i));
            }
        }
    }

    /** @throws BadInput where a parameter is missing or of another shape than the configuration says */
    @Override
    public Tensor get(String path, Draw draw, Part part, long... full) {
        Place place = place(path);
        String name = name(place, full);
        try (var _ = new Scope()) {
            Tensor whole = place.stored().split(source.read(name)).get(place.index());
            return own(cut(whole, part));
        }
    }

    /** @throws BadInput likewise */
    @Override
    public Optional<Codes> codes(String path, long... full) {
        Place place = place(path);
        if (!quantised || !(place.stored().join() instanceof Stored.Join.Same)) {
            return Optional.empty();
        }
        try (var _ = new Scope()) {
            return source.readCodes(name(place, full)).map(codes -> Tree.map(codes, (_, t) -> Scope.own(t)));
        }
    }

    private Place place(String path) {
        Place place = places.get(path);
        if (place == null) {
            throw new IllegalArgumentException("no place for " + path);
        }
        return place;
    }

    /** The tensor's name in the file, where it has the shape that goes with {@code full}. */
    private String name(Place place, long... full) {
        String name = name(place.stored().name());
        long[] expected = place.stored().shape(full);
        if (!Arrays.equals(source.shape(name), expected)) {
            throw new BadInput(source.origin() + ": " + name + " has shape " + Arrays.toString(source.shape(name))
                    + " where config.json asks for " + Arrays.toString(expected) + ".");
        }
        return name;
    }

    private String name(String name) {
        if (source.has(name)) {
            return name;
        }
        if (name.startsWith(prefix) && source.has(name.substring(prefix.length()))) {
            return name.substring(prefix.length());
        }
        throw new BadInput(source.origin() + ": the tensor " + name + " is missing.");
    }

    private static Tensor cut(Tensor whole, Part part) {
        if (part.count() == 1) {
            return whole;
        }
        long each = whole.size(part.dimension()) / part.count();
        return Ops.slice(whole, part.dimension(), part.index() * each, (part.index() + 1) * each);
    }

    /** A contiguous float32 tensor of its own. */
    private static Tensor own(Tensor view) {
        Tensor wide = view.to(ScalarType.Float).contiguous();
        long elements = wide.storage().nbytes() / Float.BYTES;
        return Scope.own(elements == wide.numel() ? wide : wide.clone());
    }
}
