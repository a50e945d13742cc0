"""All that can be wrong: a class for each fault, with its code and what a user reads of it.

A problem is one case of a fault, and says it of one place; what is said here is said of all cases.
"""

from __future__ import annotations

import inspect
import re
from typing import ClassVar


class Fault:
    """One way in which answers, a command or a project can be wrong.

    The docstring's first line says what is wrong, the rest why that is refused; `mend` says what to do. The class
    itself stands for the fault: no object is made of it. `code` is its name for users. It stays what it is: people
    search for it, and programs compare it.
    """

    code: ClassVar[str]
    mend: ClassVar[str]

    @classmethod
    def title(cls) -> str:
        """What is wrong, in a sentence."""
        return inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]

    @classmethod
    def why(cls) -> str:
        """Why it's refused: paragraphs, each on one line."""
        text = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[2]
        return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


class Writing(Fault):
    """How answers are written."""


class UnreadableAnswers(Writing):
    """A text that should hold answers holds none that can be read.

    Answers are a mapping in YAML, `key: value`, in a file or as `--data KEY=VALUE`. What isn't that can't be guessed
    at. The reader is stricter than YAML: of a key that is there twice, the first would be lost without a word.
    """

    code = "unreadable-answers"
    mend = "Write `key: value`, one to a line. A value that has a colon in it is quoted."


class UnreadableFile(Writing):
    """A file that is named can't be read, or is no text.

    It isn't there, may not be read by you, is a folder, or isn't UTF-8.
    """

    code = "unreadable-file"
    mend = "Name a file that is there; save it as UTF-8."


class UnknownKey(Writing):
    """A key is none of those that mean something at its place.

    A key that nothing reads would be a wish without effect, most often a misspelled one: the network would come out
    otherwise than you said, and nobody would notice.
    """

    code = "unknown-key"
    mend = "Take the key that was meant, or leave it out. The message lists those that can stand there."


class MisplacedKey(Writing):
    """A key stands elsewhere than where it belongs.

    Settings of the training, as `epochs`, stand under `training`. `output` stands at the end of a head, and says its
    one last layer.
    """

    code = "misplaced-key"
    mend = "Write it where it belongs, as `training: {epochs: 30}`."


class UnknownChoice(Writing):
    """A word isn't one of those that the place has to choose from.

    Words are compared letter by letter, capitals too: `JAX` isn't `jax`. `layerwright presets` lists the presets.
    """

    code = "unknown-choice"
    mend = "Take one of the words that the message lists."


class UnknownName(Writing):
    """A name is said that nothing has which could be meant there.

    Names are those of your inputs and outputs, of shared encoders, and of layers that were given one by `name=`; for
    `fine_tune`, those of the backbone's blocks. Inputs that share an encoder have its layers, under its name.
    """

    code = "unknown-name"
    mend = "Take a name that there is, or give the layer its name: `dense 64 name=skip`."


class WrongType(Writing):
    """A value is of another type than its place takes: a list where a text belongs, a text where yes or no does.

    YAML makes numbers, dates, lists and mappings of what isn't quoted: `photo: image 64x64x3` is a mapping, and
    `'photo: image 64x64x3'` a text.
    """

    code = "wrong-type"
    mend = "Quote what is meant as a text; write true or false, or `key: value`, where the message says so."


class MissingAnswer(Writing):
    """An answer without which there is no project isn't there, or is empty.

    Inputs and outputs have no default: they are what the network is for.
    """

    code = "missing-answer"
    mend = "Say it, with `--data 'inputs=photo: image 64x64x3'`, in a file of answers, or by a preset."


class BadText(Writing):
    """A text is too long, or has line breaks or other control characters in it.

    It comes to stand in source, in TOML and in Markdown, on one line of its own.
    """

    code = "bad-text"
    mend = "Write it on one line, without them."


class BadNumber(Writing):
    """A number can't be what it's said for: it's none, no whole one, too small, or too large.

    Sizes are whole numbers from 1, up to what Keras and the backends can index; a weight of a loss is above 0; a
    depth for `fine_tune` is within its backbone.
    """

    code = "bad-number"
    mend = "Take one from the range that the message says."


class BadName(Writing):
    """A name can't be one in Python.

    The names of inputs, outputs, layers, groups and packages become names in the project's source. They have letters,
    digits and `_`, and start with a letter.
    """

    code = "bad-name"
    mend = "Take the name that the message suggests, or another one of that form."


class NameTaken(Writing):
    """A name has a meaning already: another thing of yours has it, or Python, NumPy, Keras or a system does.

    Keras finds layers by their names, and data are found by the names of inputs and outputs. Names that differ in
    capitals alone count as the same. A package called as a library would hide it.
    """

    code = "name-taken"
    mend = "Give one of them another name."


class SaidTwice(Writing):
    """The same thing is said twice, and only one of the two could be meant.

    So it is with an argument of a layer, by its place and by its name, or by its name twice; with a tensor
    that is to be merged with itself; with an extension in two versions; with the inputs that an output sees.
    """

    code = "said-twice"
    mend = "Say it once."


class BadValue(Writing):
    """An answer has a value that it can't have.

    Settings of the training take a number from a range, yes or no, or one of some words; a licence is said by its
    name in SPDX, which is what tools read; versions of Python and Keras are a range within that which projects are
    tested with.
    """

    code = "bad-value"
    mend = "Take a value that the message says, or leave it out: then it's the default."


class Ends(Fault):
    """Inputs, outputs, and what is shared."""


class UnknownKind(Ends):
    """The word after an input's or output's name is no kind of data, or no task.

    The kind says what the data are and how the network begins; the task says how it ends, with loss and metrics.
    """

    code = "unknown-kind"
    mend = "Take one of the words that the message lists. The page on answers says what each means."


class BadEntry(Ends):
    """An entry of `inputs` or `outputs` doesn't say what its kind or task needs.

    An entry is `NAME: KIND SIZE` or `NAME: TASK SIZE`. How many numbers a size has depends on the kind: `image
    64x64x3`, `numeric 12`, `text 20000x200`.
    """

    code = "bad-entry"
    mend = "Write it as the message's example."


class CannotReconstruct(Ends):
    """A reconstruction doesn't name one input whose values are amounts.

    An output that makes an input again is compared with it number by number. It names which; and values that are
    names of things, as categories and words, have no distance from each other.
    """

    code = "cannot-reconstruct"
    mend = "Name one input of numbers, as `again: reconstruction photo`. For categories, say `multiclass` of them."


class BatchMismatch(Ends):
    """Tensors that belong together have batches of different sizes.

    A network gets one batch at a time: what has a fixed size at one input has it at all.
    """

    code = "batch-mismatch"
    mend = "Say the same `batch=` after all inputs, or after none."


class FixedBatch(Ends):
    """Batches of a fixed size don't go with something else that is asked for.

    They are there for layers that carry their state from batch to batch. TensorFlow alone does that, on one device;
    an exported model doesn't, and samples of such batches have no weights.
    """

    code = "fixed-batch"
    mend = "Leave `batch=` out, or what it doesn't go with."


class NoUse(Ends):
    """Something is asked for that has nothing to work on.

    A backbone without an image, weights of classes where no output says one class, pictures to be flipped where there
    are none: it would be left out, and you would believe that it's there.
    """

    code = "no-use"
    mend = "Leave it out, or add what it works on."


class BackboneImages(Ends):
    """The images aren't such as the backbone takes.

    Each pretrained body has a smallest image, pools it away below that, and its weights are for three channels of
    colour. Where several images go through it they have one size, since it's one layer.
    """

    code = "backbone-images"
    mend = "Give the images the size and the channels that the message says; without weights (`none`) any channels do."


class SeesMore(Ends):
    """An output depends on an input that its `from=` leaves out.

    `from=` is a promise: what isn't named may not change the output. Layers of yours break it.
    """

    code = "sees-more"
    mend = "Name the input in `from=`, or don't merge it in on the way to this output."


class OutputShape(Ends):
    """The layers before an output give another shape than its task needs.

    A task fixes what comes out: one number for a regression, one for each class, one for each step of a sequence or
    each place of an image. Loss and metrics are made for that.
    """

    code = "output-shape"
    mend = "Leave the last layers to the planner, or let them give the shape that the message says."


class OutputActivation(Ends):
    """Classes come out of an activation that can be 0 for all of them at once.

    Their loss, the categorical crossentropy, divides by their sum. Where that is 0 the loss is NaN, and so is every
    weight after the next step. Words as `dense 3` have `relu` by themselves, which is such an activation.
    """

    code = "output-activation"
    mend = "End the head in `softmax`, or leave `output` out: the task has a last layer of its own."


class DistanceInputs(Ends):
    """A distance isn't between two paths that can be compared.

    Such an output is how far two merged paths are apart. It sees two inputs, `merge` measures (`l2_distance` and the
    like), both paths end in as many numbers, and nothing is computed after that.
    """

    code = "distance-inputs"
    mend = "Let it see two inputs alike, and measure; or say another task, as `binary`."


class CannotShare(Ends):
    """Inputs can't go through one encoder as it is said.

    To share means that several inputs go through the same weights. So there are two at least, of one kind, size and
    batch, since weights fit one shape; and each has one encoder.
    """

    code = "cannot-share"
    mend = "Name two inputs or more, joined by `+`, give them one kind and size, and each one group."


class Unused(Ends):
    """Something reaches no output: an input, or what a path has come to.

    It would be loaded or computed, and nothing would ever depend on it. A path is left where `from:` begins
    anew elsewhere.
    """

    code = "unused"
    mend = "Let an output see the input (`from=`); merge in what was left; or leave it out."


class Stacks(Fault):
    """Layers and groups, as they are written."""


class UnknownLayer(Stacks):
    """A word in a stack is no layer and no group.

    Layers are the classes of keras.layers by their own names, and short words for them; groups are `residual`,
    `parallel` and others. Extensions bring words of their own.
    """

    code = "unknown-layer"
    mend = "Take the word that is near it. The reference of layers has all."


class RefusedLayer(Stacks):
    """A class of Keras is named that can't stand in answers.

    Some are no layers of a fixed graph, some need Python of your own, some are what the planner makes by itself, and
    some Keras 3 doesn't have any more. Cells are only a part of recurrent layers. The message says which it is.
    """

    code = "refused-layer"
    mend = "Say what the message suggests; or write such a layer into the project's own source."


class BadStack(Stacks):
    """What stands where layers belong is no layer, no group and no list of them.

    A stack is a list. A layer is a text in it, as `dense 64`, a group a mapping with one key, as `residual: [..]`. A
    stack with nothing in it is `[]`. Groups stand in groups, but not without end.
    """

    code = "bad-stack"
    mend = "Write a list, as `[conv 32, residual: [conv 32, conv 32], flatten]`."


class BadLayer(Stacks):
    """The text of a layer can't be read.

    It's a word, then values, then arguments as `key=value` without spaces: `conv 32 3 padding=same`. It isn't Python.
    A value with commas in it is quoted as a whole, since YAML parts a list at its commas.
    """

    code = "bad-layer"
    mend = "Write it as the message says."


class BadGroup(Stacks):
    """A group lacks something that it's made of.

    A residual, a repetition, a model and a wrapper have at least one layer, parallel paths are two or more, a merge
    names what it merges with, a block names its sizes.
    """

    code = "bad-group"
    mend = "Write it as the message's example, or leave it out."


class TooManyValues(Stacks):
    """More values follow a word than it has places for.

    Values without a name are taken in order: the first of `conv 32 3 2` is filters, the second the kernel, the third
    strides.
    """

    code = "too-many-values"
    mend = "Leave the others out, or name the argument that is meant, as `padding=same`."


class UnknownArgument(Stacks):
    """There is no argument of this name.

    Layers have the arguments that Keras gives them, inputs have `batch=`, outputs `from=`.
    """

    code = "unknown-argument"
    mend = "Take the argument that is near it, or leave it out."


class MissingArgument(Stacks):
    """An argument isn't said that has no default.

    Some have none in Keras either, as the units of a dense layer. Others Keras would fill in from data by `adapt`,
    which a network that is built before any data can't do.
    """

    code = "missing-argument"
    mend = "Say it, as in the message's example."


class BadArgument(Stacks):
    """An argument has a value that the layer doesn't take.

    Keras would refuse it too, some only when data come, and some values it takes and computes something else.
    """

    code = "bad-argument"
    mend = "Take a value that the message says, or leave it out where it has a default."


class ArgumentsClash(Stacks):
    """Two arguments of a layer don't go together.

    Each by itself is right; Keras, or a backend beneath it, has no computation for both.
    """

    code = "arguments-clash"
    mend = "Leave one of them out; the message says which."


class OutOfReach(Stacks):
    """A name stands for something that can't be taken up from here.

    What is inside of a group or model leads out by its end alone; a model takes one tensor, and nothing else from
    outside; and what comes later isn't there yet.
    """

    code = "out-of-reach"
    mend = "Name a layer that comes before and stands in the same stack or around it."


class NoShortcut(Stacks):
    """A residual's way round can't be added to what its stack gives.

    Both are added number by number. Where the shapes differ, a shortcut is made that projects channels and strides;
    it can't make up for other axes, or for sizes that are no whole part.
    """

    code = "no-shortcut"
    mend = "Keep the sizes (`padding=same`), say a shortcut of its own, or leave the residual out."


class CannotUse(Stacks):
    """A name stands for something that can't be used in this way.

    What is called again (`use`) has weights, made for a certain shape. A state to begin with is that of a recurrent
    layer of the same class and size. A model beside the model ends in a layer with one output that isn't a model
    already.
    """

    code = "cannot-use"
    mend = "Name another layer, or give it what the message says."


class Tensors(Fault):
    """What layers get."""


class WrongAxes(Tensors):
    """A layer gets a tensor with more axes, or fewer, than it takes.

    A convolution needs places to move over, a recurrent layer steps, a distance plain numbers. Shapes are said
    without the batch's axis: an image of 64×64×3 has three axes.
    """

    code = "wrong-axes"
    mend = "Pool, flatten or reshape before it, or take the layer for that many axes."


class VaryingSize(Tensors):
    """A layer gets a size that isn't known before data come, and needs one that is.

    `?` stands for any length. Weights have fixed shapes, and so has what is flattened. A layer that carries its state
    from batch to batch needs to know the batch's size too.
    """

    code = "varying-size"
    mend = "Pool over the axis that varies, by `global_average_pool`, or fix its length."


class NothingLeft(Tensors):
    """What a layer would give has no place left, or more than Keras can index.

    A kernel, a pool or a frame is larger than what it moves over, or all is cropped away. Pools upon pools come to
    that.
    """

    code = "nothing-left"
    mend = "Say `padding=same`, a smaller kernel, fewer pools, or start from more."


class WrongCount(Tensors):
    """A layer gets more tensors, or fewer, than it joins; or a wrapper more layers than it wraps.

    A stack has one tensor; layers that join several stand in a merge.
    """

    code = "wrong-count"
    mend = "Write `merge: {with: NAME, how: ..}` for it, or give it as many as it takes."


class ShapesDiffer(Tensors):
    """Tensors that are to be joined don't fit together.

    To add or multiply, all sizes have to be equal; to concatenate, all but those along one axis. Keras would stretch
    a size of 1 unasked; layerwright doesn't, where that is more likely a mistake.
    """

    code = "shapes-differ"
    mend = "Give the paths equal sizes before the merge, by a dense layer or a pool, or merge by concatenate."


class LengthsDiffer(Tensors):
    """Sequences whose lengths vary meet, and not step by step.

    Each may have any length, but what is joined has to have the same, sample by sample. Pools, strides and kernels
    without padding make one shorter than the other, and only data would show it.
    """

    code = "lengths-differ"
    mend = "Keep all steps on each way (`padding=same`, no strides, no pools), or pool them all."


class BadAxis(Tensors):
    """An argument names axes that the tensor doesn't have, or that the layer can't work along.

    Axes are counted with the batch's as 0, and that one isn't for layers: samples would become each other's
    neighbours. `-1` is the last.
    """

    code = "bad-axis"
    mend = "Name an axis that there is, or leave it out."


class ArgumentMisfit(Tensors):
    """An argument is right by itself, and doesn't fit the tensor or the weight that it's for.

    So it is with a shape of another product, groups that don't divide the channels, numbers for other channels,
    letters for other axes, an initializer for matrices on what is none.
    """

    code = "argument-misfit"
    mend = "Take a value that fits, as the message says, or leave it out."


class CannotMask(Tensors):
    """A mask reaches a layer that can't take it.

    A mask says which steps are padding. Keras hands it on from layer to layer, and some fail on it, not before data
    come, or lay it over the wrong axis.
    """

    code = "cannot-mask"
    mend = "Leave out what makes the mask (`masking`, `mask_zero=true`), or pool before this layer."


class WrongNumbers(Tensors):
    """A layer gets whole numbers where it computes with fractions, or fractions where it looks up whole numbers.

    Categories, words and labels come as whole numbers that are names of things. Only an embedding, or an encoding,
    makes amounts of them.
    """

    code = "wrong-numbers"
    mend = "Put an embedding between them; for numbers that count something, `Rescaling 1`."


class SmallVocabulary(Tensors):
    """An embedding, or a layer like it, has fewer rows than its input has values.

    A value beyond the last row is an error on some devices, and passes unnoticed on others.
    """

    code = "small-vocabulary"
    mend = "Give it as many rows as the message says, or more."


class KerasCannot(Tensors):
    """Keras, or a backend beneath it, gets this wrong.

    The answers are meaningful, and Keras's own documentation allows it. But the version that projects are tested with
    announces another shape than data have then, or fails on them. layerwright was compared with real Keras, case by
    case, and refuses what would fail in the first batch.
    """

    code = "keras-cannot"
    mend = "Take the way round that the message says."


class NothingLearns(Tensors):
    """Nothing on the way to an output could be trained.

    All layers before it are without weights, or frozen. The training would run, and change nothing.
    """

    code = "nothing-learns"
    mend = "Put a layer with weights before it, as `dense 64`, or let phase two train some of the backbone."


class Devices(Fault):
    """Hardware, backend and export."""


class BackendCannot(Devices):
    """The backend can't do what is asked of it.

    Keras 3 runs on three backends, and not all of it on each: some layers and backbones are for one or two of them,
    and `fit` on several machines fails on TensorFlow. Known before a file is written, it costs a word; found out on
    the cluster, a day.
    """

    code = "backend-cannot"
    mend = "Take the backend that the message says. The source stays the same."


class ExportCannot(Devices):
    """A format can't hold the network.

    Exports are made from TensorFlow's own graph. Some layers have operations that a format has no word for. For
    `saved_model` and `litert` TensorFlow makes a function whose arguments are the inputs, by their names.
    """

    code = "export-cannot"
    mend = "Leave the format out, or take `saved_model`, which holds all layers; or give the input another name."


class PrecisionCannot(Devices):
    """A layer doesn't compute right in this precision.

    float16 has no number between zero and 0.00000006: what keeps a layer from dividing by zero can be less. The last
    layers compute in float32, whatever the precision.
    """

    code = "precision-cannot"
    mend = "Take `mixed_bfloat16`, whose numbers go as near to zero as float32's, or another layer."


class HardwareCannot(Devices):
    """Something doesn't go with the hardware, or with how many processes train on it.

    float16 is there to be fast: a CPU computes it slower than float32, and under TensorFlow's MirroredStrategy Keras
    3 applies gradients that overflowed, and clips each GPU's share by itself. PyTorch trains on several GPUs by a
    process for each: what starts processes is for that alone, and what keeps one record of a run isn't.
    """

    code = "hardware-cannot"
    mend = "Take what the message says, or leave it out."


class Packages(Fault):
    """Extensions and standards."""


class ExtensionMissing(Packages):
    """An extension that the answers need isn't installed, or is in another version.

    Its layers and blocks are computed by its own code. Without just that version nobody knows what the words meant.
    """

    code = "extension-missing"
    mend = (
        "Install the version that the message says, if you trust it. docs/extending.md says how to go to another one."
    )


class ExtensionBroken(Packages):
    """An extension fails, or brings what can't be taken.

    What it does wrong the message says: to its author, not to you.
    """

    code = "extension-broken"
    mend = "Install a version of it that works, or leave its words out of the answers."


class ExtensionRefuses(Packages):
    """A layer or block of an extension refuses what it gets.

    Its author has said what it can't take; the message has their words.
    """

    code = "extension-refuses"
    mend = "Give it what it says it takes, or leave it out."


class NoStandard(Packages):
    """There is no standard where one is named, or it isn't said which of several is meant.

    A standard is a file, a folder with one, or what a package brings under a name.
    """

    code = "no-standard"
    mend = "Name its file, its folder, or its name if it's installed; `none` for none."


class BadStandard(Packages):
    """A standard isn't written as one.

    It decides for others, so it's read strictly: what it says of a question that there isn't, or without a reason,
    would be thought to hold.
    """

    code = "bad-standard"
    mend = "Write it as docs/standards.md says: a name, a version, and demands with their reasons."


class StandardFiles(Packages):
    """A standard brings files that no project can have.

    They come to lie in the project, on all systems, beside the template's: no links, nothing of git's, nothing above
    the project, no name that some system refuses, and none that the template has.
    """

    code = "standard-files"
    mend = "Give the file another name or place, or answer so that the template has none there."


class AgainstStandard(Packages):
    """An answer isn't what your organisation's standard fixes, allows or requires.

    The reason is the standard's own, and stands in the message.
    """

    code = "against-standard"
    mend = "Leave it out, or choose among what is allowed. Whoever keeps the standard can change it for all."


class OtherStandard(Packages):
    """A project keeps to another standard than the one that is here, or to a newer version of it.

    Updating it by that would silently take back what the project was told to keep to.
    """

    code = "other-standard"
    mend = "Get the newer one, or say by `--standard` that the change is meant."


class Commands(Fault):
    """Commands, and projects that are there."""


class DestinationTaken(Commands):
    """A new project can't come to lie at the place that was named.

    Something is there already, or the place can't be made or written to. A project appears whole or not at all, and
    never over anything of yours.
    """

    code = "destination-taken"
    mend = "Name a folder that isn't there yet, or is empty. An existing project changes by `layerwright update`."


class NoTerminal(Commands):
    """Something needs a terminal, or can't be shown in one.

    Questions are asked in a terminal only: in a pipe or a job nobody would answer. A picture is bytes, which a
    terminal would take for commands.
    """

    code = "no-terminal"
    mend = "Say the missing answers by `--data`, or the file to write to by `--output`."


class BadOption(Commands):
    """An option of the command has a value that can't be used.

    A file can't be written there, a rename isn't `OLD=NEW`, no rule begins so.
    """

    code = "bad-option"
    mend = "Say it as the message has it; `layerwright COMMAND --help` shows the form."


class UnknownCommand(Commands):
    """There is no command of that name.

    The first word that is no option names the command; what it's to work on comes after it.
    """

    code = "unknown-command"
    mend = "Take one that `layerwright --help` lists."


class UnknownOption(Commands):
    """A command has no option of that name.

    Names aren't shortened: what `--out` means today, a later version could have two of. Options stand after the
    command's name; only those on how much is said (`--quiet`, `--verbose`, `--debug`) may stand before it too.
    """

    code = "unknown-option"
    mend = "Take one that `layerwright COMMAND --help` lists."


class IncompleteCommand(Commands):
    """A command isn't given something that it can't do without.

    What to work on, where to write, the value of an option: what nobody can guess.
    """

    code = "incomplete-command"
    mend = "Say it; `layerwright COMMAND --help` has examples."


class ExtraArgument(Commands):
    """A command is given more than it takes.

    Most often it's a value with spaces that isn't quoted: the shell hands on each of its words by itself.
    """

    code = "extra-argument"
    mend = "Quote what belongs together, as `--data 'inputs=photo: image 64x64x3'`; leave out what is left over."


class OpposedOptions(Commands):
    """Two options of a command say the opposite of each other, or a project is named and a preset beside it.

    Whichever won, the other would be said in vain.
    """

    code = "opposed-options"
    mend = "Say one of them."


class MissingProgram(Commands):
    """A program is needed that isn't installed.

    git merges updates, and Graphviz lays pictures out. Both are common, and not layerwright's to bring along unasked.
    """

    code = "missing-program"
    mend = "Install git by your system's packages, Graphviz by `pip install 'layerwright[pictures]'`."


class NoProject(Commands):
    """There is no project of layerwright's in the folder.

    What makes a folder a project is `.copier-answers.yml`, the record of its answers.
    """

    code = "no-project"
    mend = "Name the folder that layerwright has made."


class NotCommitted(Commands):
    """Something that an update merges with isn't committed.

    git does the merging, and what is committed is what you get back if you don't like the result.
    """

    code = "not-committed"
    mend = "`git add --all && git commit`, or put it aside by `git stash -u`."


class Edited(Commands):
    """A file was edited since the update was begun, or made, and the edit would be lost.

    It's left as it is.
    """

    code = "edited"
    mend = "Start again; `layerwright undo --force` keeps a patch of the edits first."


class NothingToUndo(Commands):
    """There is no update that could be taken back.

    The last one can, until the next commit. After that git has both states.
    """

    code = "nothing-to-undo"
    mend = "`git revert` takes back what is committed."


class InTheWay(Commands):
    """Something lies where an update has to write, and isn't a file that it knows.

    Links aren't followed, since they may lead out of the project, and nothing uncommitted is written over.
    """

    code = "in-the-way"
    mend = "Move it away, and commit that."


class UnsafePath(Commands):
    """A template would write something that is no plain file of the project.

    A path that leads out of the project or into `.git`, or a link, could do harm, whoever made it.
    """

    code = "unsafe-path"
    mend = "Nothing was changed. Tell whoever made that version of the template."


class ForeignTemplate(Commands):
    """The project names another template than layerwright's own.

    A template is code that an update runs on your machine, and an answers file can name any address.
    """

    code = "foreign-template"
    mend = "If you trust that place, name it yourself: `--from SOURCE`."


class NoVersions(Commands):
    """There are no versions of the template to update by.

    Versions are the tags of a git repository, or of a bundle that a released layerwright brings. A copy without tags
    has none, and an address may not be reached.
    """

    code = "no-versions"
    mend = "Install a release, fetch the tags, or name a place that has them by `--from`."


class UnknownVersion(Commands):
    """A version of the template isn't one to which, or from which, the project could go.

    An update needs both, the version that made the project and the one to go to; only releases are run. It goes
    forward: an older version doesn't know what a newer one has written.
    """

    code = "unknown-version"
    mend = "Upgrade layerwright, or name a version that there is."


class AnswerNotTaken(Commands):
    """A version of the template doesn't take an answer, or a default that comes of it.

    Copier would put its own default in its place, unasked.
    """

    code = "answer-not-taken"
    mend = "Say what it's to be, by `--data`."


class FixedAnswer(Commands):
    """An answer can't change any more.

    The package's name is fixed for a project's life: its files lie there, with your edits in them.
    """

    code = "fixed-answer"
    mend = "Leave it out; or start a new project, and move your work there."


class Damaged(Commands):
    """A file that layerwright keeps in a project, or in its repository, isn't as it was written.

    `.copier-answers.yml`, the record of a standard, the journal of an update: they were edited, merged badly, or are
    of a later version.
    """

    code = "damaged"
    mend = "Take it from an earlier commit."


class Busy(Commands):
    """Another layerwright is at work in the project.

    Two at once would write over each other.
    """

    code = "busy"
    mend = "Wait until it's done."


class NoEnvironment(Commands):
    """There is no Python in which the project could be built.

    Real Keras is the project's, not layerwright's: networks are built in the project's own environment.
    """

    code = "no-environment"
    mend = "Make it, as the project's README says, in `.venv`; or name its interpreter by `--python`."


class NotCarried(Commands):
    """Weights couldn't be carried over from one network to the other.

    The saved network has to load, and the project's has to build, in the project's environment.
    """

    code = "not-carried"
    mend = "See that the project passes its own tests, and that the file was saved by it, or by an earlier state of it."


class Stopped(Commands):
    """A command was stopped before it was done, by Ctrl-C.

    What it had begun is taken back: there is nothing half done to look after.
    """

    code = "stopped"
    mend = "Run it again. `layerwright new` goes on with the answers that you had typed."


class SystemRefused(Commands):
    """The system refused what a command needs of it.

    A disk is full, a folder may not be written to, a file is locked: the message has the system's own words. What a
    command had begun is taken back.
    """

    code = "system-refused"
    mend = "Make room, or ask for the right to write there; then run the command again."


class Unforeseen(Commands):
    """Something went wrong that nobody has foreseen.

    It's a fault of layerwright, or of a package that it works with, and not of yours.
    """

    code = "unforeseen"
    mend = "Run it with `layerwright --debug COMMAND`, and send what that shows to those who keep layerwright."


class OtherVersion(Commands):
    """Another version of layerwright refuses the answers, by a fault that this one doesn't know.

    An update runs the template of each version with that version's own code. Only texts pass between the two.
    """

    code = "other-version"
    mend = "The message has its words; that version's documentation has the fault."


TOPICS: tuple[type[Fault], ...] = tuple(Fault.__subclasses__())
"""What faults are about, in the order of the pages; the faults of a topic are the classes below it."""

FAULTS: dict[str, type[Fault]] = {each.code: each for topic in TOPICS for each in topic.__subclasses__()}
"""All faults, by their codes."""
