package chainrule.model.family;

import chainrule.BadInput;
import chainrule.checkpoint.TensorFile;
import chainrule.nn.Init;
import chainrule.nn.Part;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Parameters out of a checkpoint, as float32, under a family's names. */
final class Loaded {
    private record Place(Stored stored, int index) {}

    private Loaded() {}

    /** @throws BadInput where a parameter is missing or of another shape than the configuration says */
    static Init init(TensorFile source, List<Stored> layout, String prefix) {
        Map<String, Place> places = new HashMap<>();
        for (Stored stored : layout) {
            for (int i = 0; i < stored.ours().size(); i++) {
                places.put(stored.ours().get(i), new Place(stored, i));
            }
        }
        return (path, _, part, full) -> {
            Place place = places.get(path);
            if (place == null) {
                throw new IllegalArgumentException("no place for " + path);
            }
            String name = name(source, place.stored().name(), prefix);
            long[] expected = place.stored().shape(full);
            if (!Arrays.equals(source.shape(name), expected)) {
                throw new BadInput(source.origin() + ": " + name + " has shape " + Arrays.toString(source.shape(name))
                        + " where config.json asks for " + Arrays.toString(expected) + ".");
            }
            try (var _ = new Scope()) {
                Tensor whole = place.stored().split(source.read(name)).get(place.index());
                return own(cut(whole, part));
            }
        };
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

    private static String name(TensorFile source, String name, String prefix) {
        if (source.has(name)) {
            return name;
        }
        if (name.startsWith(prefix) && source.has(name.substring(prefix.length()))) {
            return name.substring(prefix.length());
        }
        throw new BadInput(source.origin() + ": the tensor " + name + " is missing.");
    }
}
